/** The random provider's three resources: how each is made, and what an import of it gives. */
import { randomBytes } from "node:crypto";
import { CloudError } from "../provider/core.ts";
import { type Properties, textAt } from "../provider/values.ts";
import { idForms, newId, randomText } from "./generate.ts";

/** One resource type. */
export interface Kind {
	/** What is random about it. */
	readonly make: (properties: Properties) => Properties;
	/** Its id. */
	readonly id: (properties: Properties) => string;
	/** The properties that an import by this id gives. */
	readonly imported: (id: string) => Properties;
	/** What is wrong with the inputs, beyond their types. */
	readonly problem: (inputs: Properties) => string | undefined;
}

/** Something in the form of a bcrypt hash. Nobody can check a password against it. */
function hashForm(): string {
	const letters = randomBytes(53).toString("base64").replace(/[+=]/g, ".");
	return `$2a$10$${letters.slice(0, 53)}`;
}

function textProblem(inputs: Properties): string | undefined {
	const length = Number(inputs.length);
	const minima = ["minLower", "minNumeric", "minSpecial", "minUpper"].map(
		(key) => Number(inputs[key] ?? 0),
	);
	const sum = minima.reduce((total, minimum) => total + minimum, 0);
	if (length < 1)
		return `Invalid Attribute Value. Attribute length value must be at least 1, got: ${length}`;
	if (length < sum)
		return `Invalid Attribute Value. Attribute length value must be at least sum of minimums, got: ${length}`;
	return undefined;
}

/** What an import fills in: the length, and the defaults whatever the text is made of. */
function importedText(result: string): Properties {
	return {
		result,
		length: result.length,
		lower: true,
		upper: true,
		numeric: true,
		number: true,
		special: true,
		minLower: 0,
		minUpper: 0,
		minNumeric: 0,
		minSpecial: 0,
	};
}

/** Each type by its token. */
export const kinds: Readonly<Record<string, Kind>> = {
	"random:index/randomPassword:RandomPassword": {
		make: (properties) => ({
			result: randomText(properties),
			bcryptHash: hashForm(),
		}),
		id: () => "none",
		imported: (id) => ({ ...importedText(id), bcryptHash: hashForm() }),
		problem: textProblem,
	},
	"random:index/randomString:RandomString": {
		make: (properties) => ({ result: randomText(properties) }),
		id: (properties) => textAt(properties, "result"),
		imported: importedText,
		problem: textProblem,
	},
	"random:index/randomId:RandomId": {
		make: (properties) =>
			idForms(
				newId(Number(properties.byteLength)),
				textAt(properties, "prefix"),
			),
		id: (properties) =>
			textAt(properties, "b64Url").slice(textAt(properties, "prefix").length),
		imported: (id) => {
			const [encoded = "", prefix = ""] = id.split(",").reverse();
			const bytes = Buffer.from(encoded, "base64url");
			if (bytes.length === 0)
				throw new CloudError("Import Random ID Error: the id is not base64url");
			return {
				...idForms(bytes, prefix),
				byteLength: bytes.length,
				...(prefix === "" ? {} : { prefix }),
			};
		},
		problem: (inputs) =>
			Number(inputs.byteLength) < 1
				? `Invalid Attribute Value. Attribute byteLength value must be at least 1, got: ${Number(inputs.byteLength)}`
				: undefined,
	},
};
