import { describe, expect, it } from "@jest/globals";
import { environments } from "../../contract/environments.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import type { Properties, Resource, Value } from "../fixtures/resources.ts";
import { judgeStack } from "./engine.ts";
import {
	type Change,
	set,
	setTemplate,
	workload,
} from "./mutants/operations.ts";

const phases = ["first", "settled", "rotation"] as const;

/** Each grant of a secret becomes a resource of another kind that says the same. */
const grantsAs =
	(kind: string, propertiesOf: (grant: Properties) => Properties): Change =>
	(resources) =>
		resources.map((each) =>
			each.type.endsWith(":SecretIamMember") &&
			each.name.startsWith("oauth-hmac-secret")
				? {
						...each,
						type: `gcp:secretmanager/secretIam${kind}:SecretIam${kind}`,
						properties: {
							secretId: each.properties.secretId as Value,
							...propertiesOf(each.properties),
						},
					}
				: each,
		);

/** What waited for a resource of the old type waits for the one of the new type. */
const renamed =
	(kind: string): Change =>
	(resources) =>
		resources.map(
			(each): Resource => ({
				...each,
				dependsOn: each.dependsOn.map((key) =>
					key.includes("oauth-hmac-secret-read-by")
						? key.replaceAll("IamMember", `Iam${kind}`)
						: key,
				),
			}),
		);

describe("a stack written by hand with plain resources", () => {
	for (const stack of environments) {
		for (const phase of phases) {
			it(`[R-030] passes in ${stack}, in a ${phase} preview`, async () => {
				const resources = preview(
					plainStack(stack, phase === "rotation" ? 1 : 0),
					phase,
				);
				expect(await judgeStack(resources, { stack })).toEqual([]);
			});
		}
	}

	const sound = preview(plainStack("staging"), "settled");
	const auth = "netra-auth-staging";
	const others: [string, Change][] = [
		[
			"grants by a binding",
			(resources) =>
				renamed("Binding")(
					grantsAs("Binding", ({ role, member }) => ({
						role: role as Value,
						members: [member as Value],
					}))(resources),
				),
		],
		[
			"grants by a policy",
			(resources) =>
				renamed("Policy")(
					grantsAs("Policy", ({ role, member }) => ({
						policyData: JSON.stringify({
							bindings: [{ role, members: [member as Value] }],
						}),
					}))(resources),
				),
		],
		[
			"has a sidecar without bindings",
			(resources) =>
				resources.map((each) =>
					workload(auth)(each) ? withSidecar(each) : each,
				),
		],
		[
			"leaves the probes' port to the container's",
			setTemplate(auth, "containers.0.livenessProbe.httpGet.port", undefined),
		],
		[
			"shows what is not set as null, as outputs do",
			set(workload(auth), "labels", null),
		],
	];

	it.each(others)("[R-032] passes when it %s", async (_, change) => {
		expect(await judgeStack(change(sound))).toEqual([]);
	});
});

/** A proxy beside the service's own container, listed first. */
function withSidecar(service: Resource): Resource {
	const template = service.properties.template as Properties;
	const [main] = template.containers as Properties[];
	return {
		...service,
		properties: {
			...service.properties,
			template: {
				...template,
				containers: [
					{ image: (main?.image ?? null) as Value, envs: [] },
					main as Value,
				],
			},
		},
	};
}
