/** Chooses the data plane by the project that a call is about. */
import type { DataPlane, Workload } from "./data-plane.ts";
import { RealPlane } from "./real/real-plane.ts";
import { SimulatedPlane } from "./simulated.ts";

/** The project whose databases and services are processes of this machine. */
const realProject = "netra-local";
const isReal = (project: string) =>
	project === realProject && process.env.NETRA_LOCAL_PLANE !== "simulated";

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
	const real = new RealPlane(directory);
	return {
		plane: planeByProject((project) => (isReal(project) ? real : simulated)),
		resume: (project) => {
			if (isReal(project)) real.resume().catch(() => {});
		},
	};
}

/** A data plane that hands every call to the one that `choose` names. */
function planeByProject(choose: (project: string) => DataPlane): DataPlane {
	return {
		startSqlInstance: (project, ...rest) =>
			choose(project).startSqlInstance(project, ...rest),
		stopSqlInstance: (project, ...rest) =>
			choose(project).stopSqlInstance(project, ...rest),
		createDatabase: (project, ...rest) =>
			choose(project).createDatabase(project, ...rest),
		dropDatabase: (project, ...rest) =>
			choose(project).dropDatabase(project, ...rest),
		setUser: (project, ...rest) => choose(project).setUser(project, ...rest),
		dropUser: (project, ...rest) => choose(project).dropUser(project, ...rest),
		startRedis: (project, ...rest) =>
			choose(project).startRedis(project, ...rest),
		stopRedis: (project, ...rest) =>
			choose(project).stopRedis(project, ...rest),
		startRevision: (workload: Workload) =>
			choose(workload.project).startRevision(workload),
		outcomeOf: (project, ...rest) =>
			choose(project).outcomeOf(project, ...rest),
		route: (project, ...rest) => choose(project).route(project, ...rest),
		stopService: (project, ...rest) =>
			choose(project).stopService(project, ...rest),
		runExecution: (workload: Workload) =>
			choose(workload.project).runExecution(workload),
		stopJob: (project, ...rest) => choose(project).stopJob(project, ...rest),
	};
}
