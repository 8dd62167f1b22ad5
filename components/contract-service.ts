/** A Cloud Run service as the contract describes it, behind the jobs that try its configuration first. */
import { randomBytes } from "node:crypto";
import { Job } from "@pulumi/gcp/cloudrunv2/job.js";
import { Service } from "@pulumi/gcp/cloudrunv2/service.js";
import * as pulumi from "@pulumi/pulumi";
import { bindsLogin, loginSecretIds } from "../contract/bindings.ts";
import { type Callers, callersOf } from "../contract/callers.ts";
import { valueIn } from "../contract/environments.ts";
import {
	checkJobNameIn,
	preflightJobNameIn,
	serviceNameIn,
	verifyJobNameIn,
} from "../contract/names.ts";
import { preflightArgs } from "../contract/preflight-command.ts";
import { preflightImage } from "../contract/release.ts";
import type { Platform } from "../contract/schema.ts";
import {
	checklistOf,
	type Prohibitions,
} from "../contract/service-checklist.ts";
import { changeMark, markLabel } from "../plan/change-mark.ts";
import { keepersLabel, keepersText } from "../plan/login-record.ts";
import {
	type Attempt,
	attemptFor,
	attemptLabel,
	executionToken,
	passed,
	servedBy,
} from "../plan/observed.ts";
import { releaseBesidePin } from "../plan/pins.ts";
import {
	formatRevisionName,
	lastSegment,
	templateHash,
} from "../plan/revision-name.ts";
import type { Rotation } from "../plan/rotation.ts";
import { toLatest, trafficLabel } from "../plan/serving.ts";
import { callerSettings, withCallers } from "./callers.ts";
import { grantsOf } from "./container.ts";
import type { Observed } from "./observed-cloud.ts";
import type { ServiceIdentity } from "./service-identity.ts";
import {
	type JobTemplate,
	jobTemplate,
	type LoginRecord,
	serviceTemplate,
	type TemplateArgs,
} from "./template.ts";

export type ContractServiceArgs = Omit<TemplateArgs, "account" | "login"> & {
	platform: Platform;
	/** What preflight looks for in every service's variables. */
	prohibitions: Prohibitions;
	region: string;
	identity: ServiceIdentity;
	/** The logins of every database; preflight gives each the other's objects, so it comes after both. */
	logins: pulumi.Resource[];
	/** What lets the service use its buckets. */
	bucketGrants: pulumi.Resource[];
	/** The account of each service, by the service's name in the contract. */
	identities: ReadonlyMap<string, ServiceIdentity>;
	rotation: Rotation;
	/** The service and its jobs as they are now. */
	observed: Observed;
	/** All traffic goes to this revision. @default the latest one that is ready */
	pinnedRevision: string | undefined;
	/** The revisions that the configuration allows to be replaced. */
	takeOver: readonly string[];
	/** The service is sent again, though the state says that it is as it should be: its requests go elsewhere. */
	resend: boolean;
};

/** Revisions by name. */
export type Served = {
	/** What the service's requests go to. */
	serves: string;
	/** The latest one that is ready. */
	ready: string;
};

/** A job that must succeed before the service changes. */
type Gate = {
	role: "preflight" | "check";
	jobName: string;
	template: JobTemplate;
};

/** One try to deploy a service: its numbers, and what it deploys. */
type Try = {
	numbers: Attempt;
	hash: string;
	/** Of each gate: the token that it executes for, and its mark. */
	gates: { token: string; mark: string }[];
	gatesPassed: boolean;
};

/**
 * The service, the jobs that try its configuration, and who may call it. The service changes only after the
 * jobs succeeded with its account, network and bindings; traffic moves only to a revision that is ready.
 */
export class ContractService extends pulumi.ComponentResource {
	readonly service: Service;
	/** What serves once the update is done; in a preview, what is to serve. */
	readonly served: pulumi.Output<Served>;

	private readonly args: ContractServiceArgs;
	private readonly resourceName: string;

	constructor(
		name: string,
		args: ContractServiceArgs,
		opts?: pulumi.ComponentResourceOptions,
	) {
		super("netra-platform:index:ContractService", name, {}, opts);
		this.args = args;
		this.resourceName = name;

		const templateArgs = {
			...args,
			account: args.identity.email,
			login: this.loginRecord(),
		};
		const template = serviceTemplate(templateArgs);
		const gates = this.planGates(templateArgs);
		const attempt = pulumi
			.output({ template, gates: gates.map((gate) => gate.template) })
			.apply((resolved) => this.planAttempt(resolved.template, resolved.gates));
		const before = [
			...grantsOf(args),
			...args.identity.roles,
			...args.bucketGrants,
			...args.logins,
		];

		const jobs = gates.map((gate, index) =>
			this.createGate(gate, index, attempt, before),
		);
		this.service = withCallers(
			name,
			{
				serviceName: serviceNameIn(
					args.platform,
					args.service,
					args.environment,
				),
				region: args.region,
				exists: args.observed.service !== undefined,
				callers: this.callers,
				identities: args.identities,
			},
			(grants) =>
				this.createService(template, attempt, jobs, [...before, ...grants]),
			{ parent: this },
		);
		this.served = this.servedRevisions();
		this.createVerification(templateArgs, before);
		this.registerOutputs({ name: this.service.name });
	}

	/** A service that binds a login follows its rotation. */
	private get bindsLogin(): boolean {
		const { platform, service, environment } = this.args;
		return bindsLogin(platform, service, environment);
	}

	private loginRecord(): LoginRecord | undefined {
		const { platform, environment, rotation } = this.args;
		return this.bindsLogin
			? {
					keepers: keepersText(rotation.keepers[rotation.target]),
					carriers: loginSecretIds(platform, environment),
				}
			: undefined;
	}

	private servedRevisions(): pulumi.Output<Served> {
		const { pinnedRevision } = this.args;
		const { template, latestReadyRevision, trafficStatuses } = this.service;
		if (pulumi.runtime.isDryRun()) {
			return template.apply(({ revision = "" }) => ({
				serves: pinnedRevision ?? revision,
				ready: revision,
			}));
		}
		return pulumi
			.all([latestReadyRevision, trafficStatuses])
			.apply(([ready, traffic]) => ({
				serves: servedBy(traffic, ready),
				ready: lastSegment(ready),
			}));
	}

	private get callers(): Callers {
		const { platform, service, environment } = this.args;
		return callersOf(platform, service, environment);
	}

	private planGates(template: TemplateArgs): Gate[] {
		const { platform, service, environment, contract } = this.args;
		const preflight: Gate = {
			role: "preflight",
			jobName: preflightJobNameIn(platform, service, environment),
			template: this.preflightTemplate(template, "check"),
		};
		return contract.checkCommand === undefined
			? [preflight]
			: [
					preflight,
					{
						role: "check",
						jobName: checkJobNameIn(platform, service, environment),
						template: jobTemplate(template, {
							image: service,
							commands: contract.checkCommand,
						}),
					},
				];
	}

	private preflightTemplate(
		template: TemplateArgs,
		mode: "check" | "verify",
	): JobTemplate {
		const { platform, prohibitions, service, environment } = this.args;
		return jobTemplate(template, {
			image: preflightImage,
			args: preflightArgs(mode, service, environment),
			checklist: checklistOf(platform, prohibitions, service, environment),
		});
	}

	private planAttempt(template: unknown, gates: unknown[]): Try {
		const { observed } = this.args;
		const hash = templateHash(template);
		const planned = gates.map((gate, index) => ({
			observed: [observed.preflight, observed.check][index],
			hash: templateHash({ gate, hash }),
		}));
		const numbers = attemptFor(observed.service, planned, hash);
		return {
			numbers,
			hash,
			gates: planned.map((gate) => {
				const token = executionToken(gate.hash, numbers.gates);
				return { token, mark: markOf(gate.observed, token) };
			}),
			gatesPassed: planned.every((gate) => passed(gate, numbers.gates)),
		};
	}

	private createGate(
		gate: Gate,
		index: number,
		attempt: pulumi.Output<Try>,
		before: pulumi.Resource[],
	): Job {
		const planned = attempt.apply(
			({ gates }) => gates[index] as Try["gates"][number],
		);
		return new Job(
			`${this.resourceName}-${gate.role}`,
			{
				name: gate.jobName,
				location: this.args.region,
				deletionProtection: false,
				labels: {
					environment: this.args.environment,
					[attemptLabel]: attempt.apply(({ numbers }) => String(numbers.gates)),
					[markLabel]: planned.mark,
				},
				template: gate.template,
				// The API starts an execution for a new token, and the job is ready once it succeeded.
				runExecutionToken: planned.token,
			},
			{ parent: this, dependsOn: before },
		);
	}

	private createService(
		template: ReturnType<typeof serviceTemplate>,
		attempt: pulumi.Output<Try>,
		jobs: Job[],
		before: pulumi.Resource[],
	): Service {
		const { platform, service, environment, rotation, pinnedRevision } =
			this.args;
		const labels = {
			environment,
			[trafficLabel]: pinnedRevision ?? toLatest,
			...(this.bindsLogin ? loginLabels(rotation) : {}),
		};
		const name = serviceNameIn(platform, service, environment);
		const settings = callerSettings(
			this.callers,
			valueIn(this.args.contract.publicHosts, environment),
		);
		const conditions = pulumi.all(jobs.map((job) => job.terminalConditions));
		const revision = pulumi
			.all([attempt, conditions])
			.apply(([planned, conditions]) => {
				requireSucceeded(name, planned, conditions.flat());
				return formatRevisionName(name, {
					epoch: this.bindsLogin ? rotation.epoch : undefined,
					hash: planned.hash,
					attempt: planned.numbers.revision,
				});
			});
		this.announce(revision);
		return new Service(
			this.resourceName,
			{
				name,
				location: this.args.region,
				ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
				...settings,
				deletionProtection: false,
				labels: {
					...labels,
					[attemptLabel]: attempt.apply(({ numbers }) =>
						String(numbers.revision),
					),
					[markLabel]: revision.apply((name) =>
						markOf(this.args.resend ? undefined : this.args.observed.service, {
							name,
							labels,
							pinnedRevision,
							settings,
						}),
					),
				},
				template: { ...template, revision },
				traffics: [
					pinnedRevision === undefined
						? { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }
						: {
								type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
								revision: pinnedRevision,
								percent: 100,
							},
				],
			},
			{ parent: this, dependsOn: [...before, ...jobs] },
		);
	}

	private announce(revision: pulumi.Output<string>): void {
		const { platform, service, environment, pinnedRevision, observed } =
			this.args;
		revision.apply(async (name) => {
			const note = releaseBesidePin({
				stack: environment,
				service,
				name: serviceNameIn(platform, service, environment),
				pinned: pinnedRevision,
				takeOver: this.args.takeOver,
				revision: name,
				latestCreated: observed.service?.latestCreatedRevision,
			});
			if (note !== undefined) {
				await pulumi.log.warn(`[serving] ${note}`);
			}
		});
	}

	/** The same checks for a schedule. It has no token: one is dropped by any other execution of the job. */
	private createVerification(
		template: TemplateArgs,
		before: pulumi.Resource[],
	): void {
		const { platform, service, environment, region, observed } = this.args;
		const verification = this.preflightTemplate(template, "verify");
		new Job(
			`${this.resourceName}-verify`,
			{
				name: verifyJobNameIn(platform, service, environment),
				location: region,
				deletionProtection: false,
				labels: {
					environment,
					[markLabel]: pulumi
						.output(verification)
						.apply((resolved) => markOf(observed.verify, resolved)),
				},
				template: verification,
			},
			// After the service: it verifies what is deployed.
			{ parent: this, dependsOn: [...before, this.service] },
		);
	}
}

/** The mark of what a service or a job is to be. */
const markOf = (
	observed: { labels: Record<string, string> } | undefined,
	wanted: unknown,
) =>
	changeMark(
		observed?.labels[markLabel],
		wanted,
		randomBytes(3).toString("hex"),
	);

/** What the guard of the logins reads at the next update. */
const loginLabels = ({ keepers }: Rotation) => ({
	[keepersLabel("a")]: keepersText(keepers.a),
	[keepersLabel("b")]: keepersText(keepers.b),
});

/** The provider records a failed execution as done, so the jobs' own word is asked for before the service changes. */
function requireSucceeded(
	service: string,
	{ gatesPassed }: Try,
	conditions: { state?: string }[],
): void {
	const succeeded = conditions.every(
		({ state }) => state === "CONDITION_SUCCEEDED",
	);
	if (!pulumi.runtime.isDryRun() && !gatesPassed && !succeeded) {
		throw new pulumi.RunError(
			`[preflight] a job that tries the configuration of ${service} did not succeed, so the service was not changed\n  fix: read the job's log, mend the cause, and run the same pulumi up again`,
		);
	}
}
