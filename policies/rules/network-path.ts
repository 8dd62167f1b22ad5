/** A workload has the way to the data stores that it needs. */
import type { OurWorkload } from "../evidence.ts";
import { at, elementsAt, known, listAt, textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import { types } from "../stack.ts";
import { storesBehind } from "../stores.ts";

export const networkPath: Rule = {
	id: "network-path",
	level: "mandatory",
	requirements: ["R-030", "R-061"],
	complies:
		"A service with VPC access in the contract, and each job that works for it, sends private ranges through the VPC, and one that needs PostgreSQL has Cloud SQL's sockets mounted.",
	rejects: [
		"no VPC access where the contract has it",
		"no volume with Cloud SQL's sockets where the contract needs PostgreSQL, or one that is not mounted",
	],
	why: "With every binding right and no way to the address in it, a service can't work either.",
	fix: "set template.vpcAccess, and mount a volume with cloudSqlInstance.instances",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const { needsVpc, stores } = workload.of;
			if (needsVpc && at(workload.template, "vpcAccess").state === "missing") {
				yield {
					...suffers(workload),
					found: "no VPC access",
					needed: "private ranges through the VPC",
				};
			}
			const bindsDatabase =
				stores.some(({ store }) => store.kind === "postgres") ||
				[...storesBehind(evidence, workload)].some(
					({ type }) => type === types.databaseInstance,
				);
			if (bindsDatabase && !mountsSockets(workload)) {
				yield {
					...suffers(workload),
					found: "no mounted volume with Cloud SQL's sockets",
					needed: "the sockets that DATABASE_URL names",
				};
			}
		}
	},
};

function mountsSockets({ template, main }: OurWorkload): boolean {
	const mounted = elementsAt(main?.data ?? null, "volumeMounts").map((mount) =>
		known(textAt(mount, "name")),
	);
	const instances = ["cloudSqlInstance", "instances"];
	return elementsAt(template, "volumes").some((volume) => {
		const list = listAt(volume, ...instances);
		return (
			mounted.includes(known(textAt(volume, "name"))) &&
			(list.state === "unknown" ||
				(list.state === "known" && list.value.length > 0))
		);
	});
}
