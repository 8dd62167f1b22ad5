/** The word in the configuration by which an update may replace what somebody made or chose by hand. */

/**
 * The command that lists revisions beside the ones that are listed; empty where all of them are.
 * @param service the service's name in the contract
 * @param listed what the configuration lists for the service
 */
export function takeOverCommand(
	stack: string,
	service: string,
	listed: readonly string[],
	revisions: readonly string[],
): string {
	return revisions
		.filter((revision) => !listed.includes(revision))
		.map(
			(revision, index) =>
				`pulumi config set --path 'services.${service}.takeOver[${listed.length + index}]' ${revision} -s ${stack}`,
		)
		.join(" && ");
}
