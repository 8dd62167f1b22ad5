/** Cloud Run asks the paths that the contract names. */
import type { OurWorkload } from "../evidence.ts";
import { at, booleanAt, is, numberAt, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";

export const probes: Rule = {
	id: "probes",
	level: "mandatory",
	requirements: ["R-031", "R-060"],
	complies:
		"Each service listens on the contract's port, its startup probe asks the contract's startup path by HTTP, and its liveness probe the liveness path.",
	rejects: [
		"a probe that is absent, not HTTP, or that this preview does not know",
		"a probe of another path or port",
		"another container port",
		"health checks turned off",
	],
	why: "Without the startup probe an instance that can't serve gets traffic; a liveness probe that checks dependencies kills instances for the database's fault.",
	fix: "write the probes as contract/platform.ts says",
	looksAt: "resource",
	*check({ ours }) {
		for (const workload of ours.filter(({ kind }) => kind === "service")) {
			yield* portProblems(workload);
			const { startupPath, livenessPath } = workload.of.contract;
			yield* probeProblems(workload, "startupProbe", startupPath);
			yield* probeProblems(workload, "livenessProbe", livenessPath);
			if (is(booleanAt(workload.template, "healthCheckDisabled"), true)) {
				yield {
					...suffers(workload),
					found: "health checks turned off",
					needed: "health checks: without them no revision is ever refused",
				};
			}
		}
	},
};

function* portProblems(workload: OurWorkload): Generator<Finding> {
	const { port } = workload.of.contract;
	const found = numberAt(workload.main?.data ?? null, "ports", "containerPort");
	if (!is(found, port)) {
		yield {
			...suffers(workload),
			found:
				found.state === "known"
					? `container port ${found.value}`
					: "no container port that this preview knows",
			needed: `container port ${port}`,
		};
	}
}

function* probeProblems(
	workload: OurWorkload,
	probe: "startupProbe" | "livenessProbe",
	path: string,
): Generator<Finding> {
	const { port } = workload.of.contract;
	const container = workload.main?.data ?? null;
	const needed = `a ${probe} that asks ${path} by HTTP on port ${port}`;
	const call = at(container, probe, "httpGet");
	if (call.state !== "known") {
		yield {
			...suffers(workload),
			found:
				call.state === "unknown"
					? `a ${probe} that this preview does not know`
					: `no ${probe} by HTTP`,
			needed,
		};
		return;
	}
	if (!is(textAt(call.value, "path"), path)) {
		yield { ...suffers(workload), found: `a ${probe} of another path`, needed };
	}
	// Without a port, the container's own is asked.
	const asked = numberAt(call.value, "port");
	if (asked.state === "known" && ![0, port].includes(asked.value)) {
		yield { ...suffers(workload), found: `a ${probe} of another port`, needed };
	}
}
