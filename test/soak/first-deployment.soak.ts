/** Every step of a first deployment's plan struck by every blow, in turn, each in a project of its own. */
import { afterAll, expect, it } from "@jest/globals";
import { Checkout, jsonOf, outputOf } from "../e2e/checkout.ts";
import { servingRevisions } from "../e2e/cloud.ts";
import {
	type Blow,
	blows,
	converge,
	type Step,
	upStruck,
} from "../e2e/converge.ts";
import { Report, wanted } from "./report.ts";

/** The resources that the gcp provider creates in a first deployment, as the engine plans them. */
async function plannedSteps(): Promise<Step[]> {
	const checkout = new Checkout();
	try {
		const output = outputOf(
			await checkout.pulumi("preview", "-s", "staging", "--json"),
		);
		const { steps } = JSON.parse(jsonOf(output)) as {
			steps: { urn: string }[];
		};
		return steps
			.map(({ urn }) => urn.split("::").slice(-2) as [string, string])
			.map(
				([path, name]): Step => ({
					on: "create",
					type: path.split("$").at(-1) as string,
					name,
				}),
			)
			.filter(({ type }) => type.startsWith("gcp:"));
	} finally {
		checkout.remove();
	}
}

const cases = wanted(
	(await plannedSteps()).flatMap((step) =>
		blows.map((blow): [string, Blow, Step] => [
			`${step.type.split(":").at(-1)} ${step.name}`,
			blow,
			step,
		]),
	),
);

const report = new Report("first deployment");
afterAll(() => report.print());

it.each(cases)(
	"[R-004] a first deployment that is struck at %s, %s",
	async (name, blow, step) => {
		const checkout = new Checkout();
		try {
			const { code } = await upStruck(checkout, "staging", step, blow);
			const converged = await converge(checkout, "staging", () =>
				checkout.pulumi(
					"config",
					"set",
					"--path",
					'slotRetry["0"]',
					"1",
					"-s",
					"staging",
				),
			);
			const again = outputOf(
				await checkout.pulumi(
					"up",
					"-s",
					"staging",
					"--yes",
					"--skip-preview",
					"--refresh",
				),
			);
			const result = {
				failed: code !== 0,
				answering: {},
				converged,
				changesLeft: again.match(/^ {4}[+~-].*$/gm),
			};
			report.add(name, blow, result);
			expect(result).toMatchObject({ changesLeft: null });
			expect(
				Object.keys(servingRevisions(checkout, "netra-staging")),
			).toHaveLength(3);
		} finally {
			checkout.remove();
		}
	},
	300_000,
);
