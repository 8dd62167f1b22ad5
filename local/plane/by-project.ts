/** Chooses the data plane by the project that a call is about. */
import type { DataPlane, Workload } from "./data-plane.ts";

/** A data plane that hands every call to the one that `choose` names. */
export function planeByProject(
	choose: (project: string) => DataPlane,
): DataPlane {
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
		route: (project, ...rest) => choose(project).route(project, ...rest),
		stopService: (project, ...rest) =>
			choose(project).stopService(project, ...rest),
		runExecution: (workload: Workload) =>
			choose(workload.project).runExecution(workload),
		stopJob: (project, ...rest) => choose(project).stopJob(project, ...rest),
	};
}
