/** Chooses the data plane by the project that a call is about. */
import type { DataPlane, Workload } from "./data-plane.ts";
import type { RealPlane } from "./real/real-plane.ts";
import { SimulatedPlane } from "./simulated.ts";

/** The databases and services of the local environment's project are processes of this machine. */
const isReal = (project: string) =>
	project.endsWith("-local") && process.env.NETRA_LOCAL_PLANE !== "simulated";

/** The data planes of a stand-in. */
export interface Planes {
	/** Every project's. */
	readonly plane: DataPlane;
	/** Brings back what a crash or a reboot has ended. What keeps it from running is reported by the call that needs it. */
	resume(project: string): void;
}

/** @param directory The stand-in's folder. */
export function planesOf(directory: string): Planes {
	const simulated = new SimulatedPlane();
	let loaded: Promise<RealPlane> | undefined;
	// Only where it is asked for: servers and their clients would be half of what a small command loads.
	const real = () => {
		loaded ??= import("./real/real-plane.ts").then(
			(each) => new each.RealPlane(directory),
		);
		return loaded;
	};
	return {
		plane: planeByProject(async (project) =>
			isReal(project) ? await real() : simulated,
		),
		resume: (project) => {
			if (isReal(project))
				real()
					.then((plane) => plane.resume())
					.catch(() => {});
		},
	};
}

/** A data plane that hands every call to the one that `choose` names. */
function planeByProject(
	choose: (project: string) => Promise<DataPlane>,
): DataPlane {
	return {
		startSqlInstance: async (project, ...rest) =>
			(await choose(project)).startSqlInstance(project, ...rest),
		stopSqlInstance: async (project, ...rest) =>
			(await choose(project)).stopSqlInstance(project, ...rest),
		createDatabase: async (project, ...rest) =>
			(await choose(project)).createDatabase(project, ...rest),
		dropDatabase: async (project, ...rest) =>
			(await choose(project)).dropDatabase(project, ...rest),
		setUser: async (project, ...rest) =>
			(await choose(project)).setUser(project, ...rest),
		dropUser: async (project, ...rest) =>
			(await choose(project)).dropUser(project, ...rest),
		startRedis: async (project, ...rest) =>
			(await choose(project)).startRedis(project, ...rest),
		stopRedis: async (project, ...rest) =>
			(await choose(project)).stopRedis(project, ...rest),
		startRevision: async (workload: Workload) =>
			(await choose(workload.project)).startRevision(workload),
		outcomeOf: async (project, ...rest) =>
			(await choose(project)).outcomeOf(project, ...rest),
		route: async (project, ...rest) =>
			(await choose(project)).route(project, ...rest),
		stopService: async (project, ...rest) =>
			(await choose(project)).stopService(project, ...rest),
		runExecution: async (workload: Workload) =>
			(await choose(workload.project)).runExecution(workload),
		stopJob: async (project, ...rest) =>
			(await choose(project)).stopJob(project, ...rest),
	};
}
