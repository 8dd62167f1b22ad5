/** The faults that program and pack let pass, each with the reason why that is accepted, and what is no derivation. */

export type Accepted = { why: string; faults: readonly string[] };

/** The recorded plan of the shipped stacks changes with them, so that the tests fail until somebody reviewed it. */
export const shownByThePlan: readonly Accepted[] = [
	{
		why: "A way into the network that nobody needs harms nobody; that it is there is in the plan.",
		faults: ["needsVpc: always (events)"],
	},
	{
		why: "Names are made in one place, and whatever it makes is what everything goes by; each is in the plan.",
		faults: [
			"variableIn: in small letters (plain)",
			"variableIn: without the environment (plain)",
			"databaseUserIn: the other slot's (parts)",
		],
	},
	{
		why: "Another epoch makes other keys, all of them good; the keepers of each are in the plan.",
		faults: ["keyEpochOf: one too late (keys)"],
	},
];

/** Nothing that these contracts or the shipped stacks register changes with them. */
export const withoutEffect: readonly Accepted[] = [
	{
		why: "Preflight alone goes by it: its own tests fail.",
		faults: ["ownerRoleIn: a login's (parts)"],
	},
	{
		why: "A number in JSON is written as it is in either way; that it is one, the contract's tests and an update find.",
		faults: ["partsIn: JSON as text (keys)"],
	},
	{
		why: "Checks of the contract and of stack files alone ask for it: their own tests fail.",
		faults: ["isGenerated: never (keys)", "ownHosts: none (plain)"],
	},
	{
		why: "A new stack shows no difference between a key and its successor; the tests of replacements and of stack files do.",
		faults: [
			"generatorOf: never another's (keys)",
			"keyEpochOf: always the first (keys)",
		],
	},
];

/** What `contract/` exports and derives nothing from it, by the reason. */
export const noDerivations: Readonly<Record<string, readonly string[]>> = {
	"looks for what is wrong with a contract, a stack file or a release": [
		"callerProblems",
		"foreignHostProblems",
		"hostProblems",
		"loginTextProblems",
		"nameProblems",
		"parsePlatform",
		"parseRelease",
		"parseStackConfig",
		"checklistProblems",
		"sourceProblems",
		"storeProblems",
		"templateProblems",
		"textProblems",
		"useProblems",
		"variableProblems",
	],
	"judges a value or a name": [
		"asksPreflightFor",
		"carriesSecret",
		"commandCarriesSecret",
		"fixedTextCarriesSecret",
		"forbids",
		"hasAttribute",
		"isFileAlone",
		"isPlaceholder",
		"isSecretName",
		"pointsAtLoopback",
		"secretSign",
		"secretValueProblems",
		"valueProblems",
	],
	"reads or words a text, whatever contract there is": [
		"fileParts",
		"hostsIn",
		"inheritedKeys",
		"choices",
		"kindOf",
		"problemsOf",
		"nearest",
		"oneLine",
		"own",
		"serviceBehind",
		"shownName",
		"textsOf",
		"urlsIn",
		"wordsIn",
	],
	"says what preflight can check": [
		"keyForm",
		"readChecklist",
		"readBack",
		"triedSecrets",
		"triedStores",
	],
};
