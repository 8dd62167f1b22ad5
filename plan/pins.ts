/** Whether the revisions that the configuration pins can serve. */
import { UserError } from "../contract/errors.ts";
import { parseRevisionName } from "./revision-name.ts";
import { takeOverCommand } from "./take-over.ts";

/** A revision as far as a pin needs it. */
export type PinnableRevision = {
	name: string;
	createTime: string;
	ready: boolean;
	/** Why it is not ready. */
	message: string;
};

export type PinArgs = {
	stack: string;
	/** The service's name in the contract. */
	service: string;
	/** The service's name in Cloud Run. */
	name: string;
	exists: boolean;
	pinned: string;
	/** Undefined where the right to list them is missing; Cloud Run then judges the pin in the update. */
	revisions: readonly PinnableRevision[] | undefined;
	/** What an instance of the revision would miss, in words: versions, grants, its login. */
	missing: (revision: string) => readonly string[];
};

/**
 * Checks a pin before anything is planned.
 * @throws {UserError} with the revisions that can be pinned, if the revision is not there or could not start
 */
export function checkPinned(args: PinArgs): void {
	const { service, name, exists, pinned, revisions, missing, stack } = args;
	const remove = `pulumi config rm --path services.${service}.pinnedRevision -s ${stack}`;
	if (!exists) {
		refuse(
			stack,
			`service ${name} is pinned to revision ${pinned}, but the service does not exist`,
			remove,
		);
	}
	if (revisions === undefined) {
		return;
	}
	const found = revisions.find((each) => each.name === pinned);
	const fault =
		found === undefined
			? "which does not exist"
			: !found.ready
				? `which is not ready${found.message === "" ? "" : ` (${found.message})`}`
				: missing(pinned).join(" and ");
	if (fault === "") {
		return;
	}
	const possible = pinnable(args);
	refuse(
		stack,
		`service ${name} is pinned to revision ${pinned}, ${fault}; ${possible.length === 0 ? "none of its revisions can be pinned" : `these can be pinned, the newest first: ${possible.join(", ")}`}`,
		possible[0] === undefined
			? remove
			: `pulumi config set --path services.${service}.pinnedRevision ${possible[0]} -s ${stack}, or end the pin: ${remove}`,
	);
}

/** The revisions that can be pinned, the newest first. */
export function pinnable({
	revisions,
	missing,
}: Pick<PinArgs, "revisions" | "missing">): string[] {
	return [...(revisions ?? [])]
		.sort((one, other) => (one.createTime < other.createTime ? 1 : -1))
		.filter(({ name, ready }) => ready && missing(name).length === 0)
		.map(({ name }) => name);
}

function refuse(stack: string, fact: string, remedy: string): never {
	throw new UserError(
		`[pin] refused, nothing was changed in ${stack}: ${fact}\n  fix: ${remedy}`,
	);
}

/** What is said of a release that serves nobody, since another revision is pinned; undefined where nothing is to be said. */
export function releaseBesidePin({
	stack,
	service,
	name,
	pinned,
	takeOver,
	revision,
	latestCreated,
}: {
	stack: string;
	/** The service's name in the contract. */
	service: string;
	/** The service's name in Cloud Run. */
	name: string;
	pinned: string | undefined;
	/** The revisions that the configuration allows to be replaced. */
	takeOver: readonly string[];
	/** What the update makes. */
	revision: string;
	/** What there is before it. */
	latestCreated: string | undefined;
}): string | undefined {
	if (
		pinned === undefined ||
		revision === pinned ||
		revision === latestCreated
	) {
		return undefined;
	}
	const commands = [
		`pulumi config rm --path services.${service}.pinnedRevision -s ${stack}`,
		// What a person made goes only with a word.
		parseRevisionName(name, pinned) === undefined
			? takeOverCommand(stack, service, takeOver, [pinned])
			: "",
		`pulumi up -s ${stack}`,
	];
	return `revision ${revision} gets no requests, since the configuration pins ${pinned}; to end the pin: ${commands.filter((each) => each !== "").join(" && ")}`;
}
