import { describe, expect, it } from "@jest/globals";
import { checkJobNameIn } from "../../contract/names.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { retiredInputs } from "../../plan/retention.ts";
import { images } from "../fixtures/plain-stack/tables.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { type Phase, preview } from "../fixtures/preview.ts";
import {
	keyOf,
	type Properties,
	type Resource,
	UNKNOWN,
} from "../fixtures/resources.ts";
import { judgeStack } from "./engine.ts";
import {
	add,
	addVariable,
	all,
	type Change,
	edit,
	editVariable,
	ignoring,
	remove,
	set,
	setTemplate,
	type,
	workload,
} from "./mutants/operations.ts";
import { auth, authJob, versionOf, waitsNotFor } from "./mutants/ways/way.ts";

const phases: Phase[] = ["first", "settled", "rotation"];
const stackIn = (phase: Phase) =>
	preview(plainStack("staging", phase === "rotation" ? 1 : 0), phase);

describe("a gate that does not check", () => {
	it.each(phases)(
		"[R-004] is rejected whatever it does instead, with one reason, in a %s preview",
		async (phase) => {
			const changes: Change[] = [
				setTemplate(authJob, "containers.0.commands", ["true"]),
				setTemplate(authJob, "containers.0.args", [
					"check",
					"frontend",
					"staging",
				]),
			];
			for (const change of changes) {
				const said = await judgeStack(change(stackIn(phase)));
				expect(said.map(({ rule }) => rule)).toEqual(["gate-genuine"]);
				expect(said.every(({ mandatory }) => mandatory)).toBe(true);
			}
		},
	);

	it.each<[string, string, string, Change]>([
		[
			"runs something else",
			"gate-genuine",
			"gcp:cloudrunv2/job:Job::try-auth",
			setTemplate(authJob, "containers.0.commands", ["true"]),
		],
		["is missing", "start-order", "auth", remove(workload(authJob))],
		[
			"is never executed",
			"start-order",
			"gcp:cloudrunv2/job:Job::try-auth",
			set(workload(authJob), "runExecutionToken", undefined),
		],
	])(
		"[R-042] is not waived for a service with critical names when it %s",
		async (_, rule, resource, change) => {
			const said = await judgeStack(change(stackIn("first")), {
				waivers: [
					{ rule, resource, reason: "it takes long", expires: "2027-01-01" },
				],
			});
			expect(said.map((each) => each.rule)).toEqual(
				expect.arrayContaining([rule, "waivers-valid"]),
			);
		},
	);
});

it("[R-004] a gate with a variable that could make it run something else is rejected", async () => {
	const said = await judgeStack(
		addVariable(authJob, {
			name: "NODE_OPTIONS",
			value: "--import=data:text/javascript,process.exit(0)",
		})(stackIn("first")),
	);
	expect(said.map(({ rule }) => rule)).toEqual(["unknown-name"]);
});

describe("the check job that the contract names", () => {
	const checkJob = checkJobNameIn(platform, "auth", "staging");
	const withCheck: Platform = structuredClone(platform);
	Object.assign(withCheck.services.auth ?? {}, {
		checkCommand: ["python", "-m", "app.check"],
	});
	const options = { platform: withCheck };
	/** Auth with its check job beside the preflight job. */
	const checked: Change = (stack) => {
		const made = stack.filter(workload(authJob)).map((job) => ({
			...job,
			name: "own-check-auth",
		}));
		const jobs = all(
			set(() => true, "name", checkJob),
			setTemplate(
				checkJob,
				"containers.0.image",
				`us-central1-docker.pkg.dev/netra-staging/apps/auth@${images.auth}`,
			),
			setTemplate(checkJob, "containers.0.args", undefined),
			editVariable(checkJob, "PREFLIGHT_CHECKLIST", () => []),
			setTemplate(checkJob, "containers.0.commands", [
				"python",
				"-m",
				"app.check",
			]),
		)(made);
		return edit(workload(auth), (service) => ({
			...service,
			dependsOn: [...service.dependsOn, ...jobs.map(keyOf)],
		}))([...stack, ...jobs]);
	};

	it.each(phases)(
		"[R-051] passes as the contract wants it in a %s preview",
		async (phase) => {
			expect(await judgeStack(checked(stackIn(phase)), options)).toEqual([]);
		},
	);

	it.each<[string, Change, string, string]>([
		[
			"is missing",
			remove(workload(checkJob)),
			"start-order",
			"found no check job",
		],
		[
			"is never executed",
			set(workload(checkJob), "runExecutionToken", undefined),
			"start-order",
			"a check job without runExecutionToken",
		],
		[
			"is not waited for",
			waitsNotFor(auth, workload(checkJob)),
			"start-order",
			`wait for ${checkJob}`,
		],
		[
			"runs preflight's image",
			setTemplate(
				checkJob,
				"containers.0.image",
				`us-central1-docker.pkg.dev/netra-staging/apps/preflight@${images.preflight}`,
			),
			"gate-genuine",
			"needed the image that the service runs",
		],
		[
			"runs another command",
			setTemplate(checkJob, "containers.0.commands", ["true"]),
			"gate-genuine",
			"needed the contract's check command, 'python -m app.check'",
		],
		[
			"runs the command with more arguments",
			setTemplate(checkJob, "containers.0.args", ["--help"]),
			"gate-genuine",
			"another command",
		],
	])("[R-051] is rejected when it %s", async (_, change, rule, says) => {
		for (const phase of phases) {
			const said = await judgeStack(change(checked(stackIn(phase))), options);
			expect(said.map((each) => each.rule)).toEqual([rule]);
			expect(said[0]?.message).toContain(says);
		}
	});
});

describe("ignoreChanges", () => {
	const own: [string, string[]][] = [
		["RandomPassword", ["length", "lower", "upper", "overrideSpecial"]],
		["DatabaseInstance", ["name"]],
		["gcp:redis/instance:Instance", ["name"]],
		["Network", ["name"]],
		["Subnetwork", ["name"]],
		["GlobalAddress", ["name"]],
		["Service", ["annotations", 'annotations["team.example/owner"]', "client"]],
		["AlertPolicy", ["displayName", "*"]],
	];
	it.each(own)("[R-031] may stand on a %s with %j", async (of, paths) => {
		for (const phase of phases) {
			const stack = ignoring(type(of), ...paths)(stackIn(phase));
			expect(await judgeStack(stack)).toEqual([]);
		}
	});

	const retired: Change = (stack) => [
		...stack,
		...stack.filter(versionOf("secret-key-staging")(stack)).map((version) => ({
			...version,
			name: "old-key-v",
			properties: {
				...version.properties,
				secret: "projects/netra-staging/secrets/old-key-staging",
			},
			propertyDependencies: {},
			ignoreChanges: ["secretData"],
		})),
	];
	const rules = async (stack: readonly Resource[]) =>
		(await judgeStack(stack))
			.map(({ rule }) => rule)
			.filter((rule) => rule === "ignored-changes");

	it("[R-070] may keep the value of a secret that left the contract, as long as no workload binds it", async () => {
		const stack = retired(stackIn("settled"));
		expect(await rules(stack)).toEqual([]);
		const binds = setTemplate(auth, "containers.0.envs.0", {
			name: "DATABASE_URL",
			valueSource: {
				secretKeyRef: { secret: "old-key-staging", version: "1" },
			},
		})(stack);
		expect(await rules(binds)).toEqual(["ignored-changes"]);
		const unreadable = set(
			({ name }) => name === "old-key-v",
			"secret",
			null,
		)(stack);
		expect(await rules(unreadable)).toEqual(["ignored-changes"]);
	});

	/** A grant with the mark of one that left the contract. */
	const marked =
		(of: string, properties: Properties): Change =>
		(stack) =>
			ignoring(
				({ name }) => name === "marked",
				...(retiredInputs[of] as readonly string[]),
			)(add(of, "marked", properties)(stack));
	const frontend =
		"serviceAccount:netra-frontend@netra-staging.iam.gserviceaccount.com";
	const onSecret = "gcp:secretmanager/secretIamMember:SecretIamMember";
	const onProject = "gcp:projects/iAMMember:IAMMember";
	const accessor = "roles/secretmanager.secretAccessor";

	it.each<[string, Properties]>([
		[onProject, { role: "roles/owner", member: "allUsers" }],
		[onProject, { role: "roles/run.invoker", member: "allUsers" }],
		[onProject, { role: accessor, member: frontend }],
		[onProject, { role: UNKNOWN, member: frontend }],
		[onSecret, { role: accessor, member: "allAuthenticatedUsers" }],
		[onSecret, { role: accessor, member: UNKNOWN }],
	])(
		"[R-070] hides no %s that no contract can have made: %j",
		async (of, grant) => {
			for (const phase of phases) {
				const stack = marked(of, {
					project: "netra-staging",
					secretId: "jwt-secret-staging",
					...grant,
				})(stackIn(phase));
				expect(await rules(stack)).toContain("ignored-changes");
			}
		},
	);

	it.each([
		[onProject, "roles/cloudsql.client"],
		[onSecret, accessor],
	])("[R-070] leaves alone a %s that a service had", async (of, role) => {
		const stack = marked(of, {
			project: "netra-staging",
			secretId: "jwt-secret-staging",
			role,
			member: frontend,
			etag: "BwX",
		})(stackIn("settled"));
		expect(await judgeStack(stack)).toEqual([]);
	});

	it("[R-042] is not waived where a critical name suffers", async () => {
		const stack = stackIn("settled");
		const broken = all(
			ignoring(versionOf("secret-key-staging")(stack), "secretData"),
			ignoring(type("Network"), "routingMode"),
		)(stack);
		const waiver = {
			rule: "ignored-changes",
			reason: "a trial",
			expires: "2027-01-01",
		};
		const said = await judgeStack(broken, {
			waivers: [
				{
					...waiver,
					resource:
						"gcp:secretmanager/secretVersion:SecretVersion::secret-key-v",
				},
				{ ...waiver, resource: "gcp:compute/network:Network::vpc" },
			],
		});
		expect(said.map(({ message }) => message)).toEqual([
			"[ignored-changes] secret secret-key-staging, environment staging: found ignoreChanges with secretData, so an update may leave it as it is and still succeed; needed a resource that follows the program; fix: remove the path from ignoreChanges; if nothing is made from it and nothing must follow it, name it with its reason in policies/ignored-changes.ts",
			"[waivers-valid] secret secret-key-staging, environment staging: found a waiver of ignored-changes for gcp:secretmanager/secretVersion:SecretVersion::secret-key-v; needed none: what a service cannot work without cannot be waived; fix: correct or remove the entry in policies/waivers.json",
		]);
	});
});
