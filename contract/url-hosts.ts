/** Which hosts the URLs of a text lead to, whoever reads them. */

export type NamedHosts = {
	/** In lower case, without `://`. */
	scheme: string;
	/** As written, and as the standard of browsers and Node has it: several where programs read the URL in different ways. */
	hosts: readonly string[];
};

const url = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is;

/** Where path, query or fragment begin: with `\` as browsers and Node see it, and without. */
const authorities = [/^[^/?#\\]*/, /^[^/?#]*/];

/** The URLs of a text that is one, or several with commas between them. */
export function urlsIn(text: string): NamedHosts[] {
	const whole = text.trim();
	const rest = url.exec(whole)?.[2] ?? "";
	// A comma within the user info: a list to some, one URL to others.
	const isOne = /^[^/?#]*,[^/?#]*@/.test(rest);
	const pieces = whole.split(",").map((each) => each.trim());
	return [...pieces, ...(isOne ? [whole] : [])].flatMap((each) => {
		const [, scheme, rest] = url.exec(each) ?? [];
		return scheme === undefined || rest === undefined
			? []
			: [{ scheme: scheme.toLowerCase(), hosts: hostsOf(each, rest) }];
	});
}

function hostsOf(whole: string, rest: string): string[] {
	const written = authorities.map((form) => {
		const [authority = ""] = form.exec(rest) ?? [];
		// The last @ ends the user info, whatever stands in it.
		return authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "");
	});
	const parsed = URL.canParse(whole) ? [new URL(whole).hostname] : [];
	return [...new Set([...written, ...parsed])];
}
