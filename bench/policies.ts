/**
 * How long the policy pack takes for 3, 30 and 300 services, as a first preview and as a preview after `up` show
 * them. The time should grow with the number of resources, not with its square.
 *
 * node bench/policies.ts [runs]
 */
import Table from "cli-table3";
import { platform } from "../contract/platform.ts";
import { manyResources, manyServices } from "../test/fixtures/many-services.ts";
import { plainStack } from "../test/fixtures/plain-stack.ts";
import { type Phase, preview } from "../test/fixtures/preview.ts";
import { judgeStack } from "../test/policies/engine.ts";
import { draftOf } from "../tools/key-draft.ts";

const runs = Number(process.argv[2] ?? 5);

const table = new Table({
	head: ["services", "resources", "preview", "ms", "µs a resource"],
	colAligns: ["right", "right", "left", "right", "right"],
	style: { head: [], border: [] },
});
for (const copies of [1, 10, 100]) {
	const many = manyServices(platform, copies);
	const options = { platform: many, secondKey: draftOf(many) };
	for (const phase of ["first", "settled"] satisfies Phase[]) {
		const resources = manyResources(
			platform,
			preview(plainStack("staging"), phase),
			copies,
		);
		const times: number[] = [];
		for (let run = 0; run < runs; run++) {
			const before = performance.now();
			const said = await judgeStack(resources, options);
			times.push(performance.now() - before);
			if (said.length > 0) {
				throw new Error(`the stack must pass: ${said[0]?.message}`);
			}
		}
		const median = times.toSorted((a, b) => a - b)[
			Math.floor(runs / 2)
		] as number;
		table.push([
			copies * Object.keys(platform.services).length,
			resources.length,
			phase,
			median.toFixed(0),
			((median * 1000) / resources.length).toFixed(0),
		]);
	}
}
process.stdout.write(`${table.toString()}\n`);
