/** The commands by which a refused rotation goes on. */
import { deployedEpoch } from "./deployed-logins.ts";
import { isRecorded, loginLabel } from "./login-record.ts";
import { parseRevisionName } from "./revision-name.ts";
import type { LoginService, RotationArgs } from "./rotation.ts";
import { trafficLabel } from "./serving.ts";
import { takeOverCommand } from "./take-over.ts";

/** For a live revision whose login nobody knows. */
export function unknownRemedy(
	args: RotationArgs,
	{ service, observed, takeOver, revisions }: LoginService,
	revision: string,
): string {
	const { stack, adoptedRevisions } = args;
	const isOurs =
		isRecorded(observed.labels) ||
		revisions.some(({ labels }) => labels[loginLabel] !== undefined);
	if (!isOurs && !adoptedRevisions.includes(revision)) {
		return `if it was there before this project's logins (a taken-over service), list it: pulumi config set --path 'adoptedRevisions[${adoptedRevisions.length}]' ${revision} -s ${stack}; otherwise deploy the service with this project before rotating`;
	}
	const commands = [
		takeOverCommand(stack, service, takeOver, [revision]),
		`pulumi config set rotationEpoch ${deployedEpoch(args)} -s ${stack}`,
		`pulumi up -s ${stack}`,
	];
	return `deploy first without a rotation, so that a revision of this project serves: ${commands.filter((each) => each !== "").join(" && ")}; rotate after that`;
}

/**
 * The beginning of a command after which an update may put the latest revision in the place of one: the pin ends, and what
 * a person made or chose is taken over. Empty where nothing keeps the update from it.
 */
export function letGo(
	{ stack }: Pick<RotationArgs, "stack">,
	{ service, observed, pinned, takeOver }: LoginService,
	revision: string,
): string {
	const asked = [pinned, observed.labels[trafficLabel]].includes(revision);
	const isOwn = parseRevisionName(observed.name, revision) !== undefined;
	const commands = [
		...(pinned === undefined
			? []
			: [
					`pulumi config rm --path services.${service}.pinnedRevision -s ${stack}`,
				]),
		...(isOwn && asked
			? []
			: [takeOverCommand(stack, service, takeOver, [revision])]),
	];
	return commands
		.filter((each) => each !== "")
		.map((each) => `${each} && `)
		.join("");
}
