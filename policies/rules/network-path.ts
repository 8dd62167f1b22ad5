/** A workload has the way to the data stores that it needs. */
import type { Evidence, OurWorkload } from "../evidence.ts";
import { storesBehind, waysOf } from "../needs.ts";
import { at, elementsAt, known, listAt, textAt, textsAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

export const networkPath: Rule = {
	id: "network-path",
	level: "mandatory",
	requirements: ["R-030", "R-061"],
	complies:
		"A service that the contract gives VPC access, or whose values lead to Redis or to a database's host, and each job that works for it, sends private ranges through the VPC; one that reaches PostgreSQL by socket has the sockets of those instances mounted, and no others.",
	rejects: [
		"no VPC access where the contract has it, or where a value leads to Redis or to a database's host",
		"no volume with Cloud SQL's sockets where PostgreSQL is reached by socket, or one that is not mounted",
		"the sockets of another instance than the values lead to",
	],
	why: "With every binding right and no way to the address in it, a service can't work either.",
	fix: "set template.vpcAccess, and mount a volume with cloudSqlInstance.instances",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const { contract, needsVpc, sockets: declared } = workload.of;
			const { sockets, hosts } = waysOf(evidence, workload);
			const isPrivate =
				needsVpc ||
				contract.vpcAccess === true ||
				hosts.size > 0 ||
				[...storesBehind(evidence, workload)].some(
					({ type }) => type === types.redis,
				);
			if (isPrivate && at(workload.template, "vpcAccess").state === "missing") {
				yield {
					...suffers(workload),
					found: "no VPC access",
					needed: "private ranges through the VPC",
				};
			}
			if (sockets.size + declared.length > 0 && !mountsSockets(workload)) {
				yield {
					...suffers(workload),
					found: "no mounted volume with Cloud SQL's sockets",
					needed: "the sockets that DATABASE_URL names",
				};
			} else if (evidence.stack.whole) {
				yield* wrongSockets(evidence, workload, sockets);
			}
		}
	},
};

const instancesPath = ["cloudSqlInstance", "instances"];

function mountsSockets({ template, main }: OurWorkload): boolean {
	const mounted = elementsAt(main?.data ?? null, "volumeMounts").map((mount) =>
		known(textAt(mount, "name")),
	);
	return elementsAt(template, "volumes").some((volume) => {
		const list = listAt(volume, ...instancesPath);
		return (
			mounted.includes(known(textAt(volume, "name"))) &&
			(list.state === "unknown" ||
				(list.state === "known" && list.value.length > 0))
		);
	});
}

function* wrongSockets(
	{ stack }: Evidence,
	workload: OurWorkload,
	needed: ReadonlySet<StackResource>,
): Generator<Finding> {
	const lists = elementsAt(workload.template, "volumes").map((volume) =>
		textsAt(volume, ...instancesPath),
	);
	const names = lists.flatMap((list) => known(list) ?? []);
	// Where a name is unknown, what the template is made from tells.
	const from = lists.every(({ state }) => state === "known")
		? []
		: stack.madeFrom(workload.resource, "template", types.databaseInstance);
	for (const instance of stack.ofType(types.databaseInstance)) {
		const name = known(textAt(instance.properties, "connectionName"));
		const isMounted =
			from.includes(instance) || (name !== undefined && names.includes(name));
		if (isMounted !== needed.has(instance)) {
			yield {
				...suffers(workload),
				found: `${isMounted ? "the" : "not the"} sockets of ${instance.name}`,
				needed: isMounted
					? "only those of instances that its values lead to"
					: "those of each instance that its values lead to",
			};
		}
	}
}
