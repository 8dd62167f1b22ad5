/** A workload has the way to the data stores that it needs. */
import { isSocket } from "../connection-url.ts";
import type { OurWorkload } from "../evidence.ts";
import { at, elementsAt, known, listAt, textAt } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import { urlsOf } from "../secret-urls.ts";
import { types } from "../stack.ts";
import { storesBehind } from "../stores.ts";

export const networkPath: Rule = {
	id: "network-path",
	level: "mandatory",
	requirements: ["R-030", "R-061"],
	complies:
		"A service that has VPC access in the contract or a database's URL over TLS, and each job that works for it, sends private ranges through the VPC, and one that reaches PostgreSQL by socket has Cloud SQL's sockets mounted.",
	rejects: [
		"no VPC access where the contract has it, or where a database's URL leads to a host",
		"no volume with Cloud SQL's sockets where PostgreSQL is reached by socket, or one that is not mounted",
	],
	why: "With every binding right and no way to the address in it, a service can't work either.",
	fix: "set template.vpcAccess, and mount a volume with cloudSqlInstance.instances",
	looksAt: "resource",
	*check(evidence) {
		for (const workload of evidence.ours) {
			const { service, needsVpc, sockets, bindsTls } = workload.of;
			const urls = [...urlsOf(evidence, "postgres")].flatMap((each) =>
				each.service === service && each.url !== undefined ? [each.url] : [],
			);
			const isPrivate = needsVpc || urls.some((url) => !isSocket(url));
			if (isPrivate && at(workload.template, "vpcAccess").state === "missing") {
				yield {
					...suffers(workload),
					found: "no VPC access",
					needed: "private ranges through the VPC",
				};
			}
			// A value of the instance leads to the socket, unless the contract says that it is reached by TLS.
			const bySocket =
				sockets.length > 0 ||
				urls.some(isSocket) ||
				(!bindsTls &&
					[...storesBehind(evidence, workload)].some(
						({ type }) => type === types.databaseInstance,
					));
			if (bySocket && !mountsSockets(workload)) {
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
