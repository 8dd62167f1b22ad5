/** Takes connection URLs apart without decoding them, since how a part is written is what rules look at. */

export type ConnectionUrl = {
	/** Without `://`. JDBC's begins with `jdbc:`. */
	scheme: string;
	/** As written; undefined where there is none. JDBC has the login among the parameters. */
	user: string | undefined;
	password: string | undefined;
	/** True if user and password are written so that every driver finds their ends. */
	encoded: boolean;
	host: string;
	port: string | undefined;
	path: string;
	/** As written, by name. */
	parameters: ReadonlyMap<string, string>;
};

/** What `encodeURIComponent` leaves as it is, and what it makes of the rest. */
const encodedText = /^(?:[A-Za-z0-9\-_.!~*'()]|%[0-9A-Fa-f]{2})*$/;

/** Reads a URL with an authority; undefined if the text is none. */
export function parseConnectionUrl(text: string): ConnectionUrl | undefined {
	const found = /^((?:jdbc:)?[a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text);
	if (found === null) {
		return undefined;
	}
	const rest = found[2] as string;
	// The last @ ends the user info, whatever stands in it.
	const end = rest.lastIndexOf("@");
	const userInfo = end === -1 ? undefined : rest.slice(0, end);
	const tail = rest.slice(end + 1);
	const [location = "", ...query] = tail.split("?");
	const slash = location.indexOf("/");
	const authority = slash === -1 ? location : location.slice(0, slash);
	const port = /:(\d*)$/.exec(authority)?.[1];
	const scheme = found[1] as string;
	const parameters = parametersOf(query.join("?"));
	const colon = userInfo?.indexOf(":") ?? -1;
	const [user, password] = scheme.startsWith("jdbc:")
		? [parameters.get("user"), parameters.get("password")]
		: colon === -1
			? [userInfo, undefined]
			: [userInfo?.slice(0, colon), userInfo?.slice(colon + 1)];
	return {
		scheme,
		user,
		password,
		encoded: encodedText.test(user ?? "") && encodedText.test(password ?? ""),
		host: port === undefined ? authority : authority.slice(0, -port.length - 1),
		port,
		path: slash === -1 ? "" : location.slice(slash),
		parameters,
	};
}

function parametersOf(query: string): ReadonlyMap<string, string> {
	return new Map(
		query
			.split("&")
			.filter((each) => each !== "")
			.map((each) => [
				each.split("=", 1)[0] as string,
				each.slice(each.indexOf("=") + 1),
			]),
	);
}

/** True if the URL leads to a socket: an absolute path as the host, in the query or in the host's place. */
export function isSocket({ scheme, host, parameters }: ConnectionUrl): boolean {
	const named = parameters.get(
		scheme.startsWith("jdbc:") ? "unixSocketPath" : "host",
	);
	return /^(?:\/|%2f)/i.test(named ?? host);
}
