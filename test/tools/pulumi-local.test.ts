import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readFileSync,
	realpathSync,
	statSync,
	symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BareMachine, installProject } from "./bare-machine.ts";

const salt =
	"encryptionsalt: v1:/XTrVs2loh8=:v1:G4twr87bBrTs55jk:dfKPquYZppr8LKv2IR+r+LdpCIJkGg==";
const madeUp =
	"v1:uE1jnLXHfukPoDqI:Ei+5Ne2Xwkb6wX4vRBvH6+1sl1oLebVbsRRvFZ0cG4vmOr4hJqGoU9udPlxN0fhgyoOV7K+M1P1+3OGRPMOEvnPK9HNW3R5qfkigui5kMADJoV1x/WUlZ518qA==";

let machine: BareMachine;
let root: string;
beforeEach(() => {
	machine = new BareMachine();
	installProject(machine);
	root = machine.root;
});
afterEach(() => machine.remove());

const pulumi = (args: string, env?: Record<string, string>, cwd?: string) =>
	machine.run("tools/pulumi-local", args.split(" "), env, cwd);
const read = (path: string) => readFileSync(resolve(root, path), "utf8");
const calls = () => read("calls").trim().split("\n");
/** The engine's commands, without the surroundings. */
const commands = () => calls().filter((line) => line.startsWith("pulumi "));

describe("the engine's surroundings", () => {
	it("are the stand-in's, and nothing of the user's login, options or credentials is in them", async () => {
		await pulumi("about", {
			PULUMI_ACCESS_TOKEN: "t",
			PULUMI_STACK: "production",
			PULUMI_BACKEND_URL: "gs://team",
			PULUMI_DEBUG_PROVIDERS: "gcp:1",
			GOOGLE_CREDENTIALS: "c",
			GOOGLE_APPLICATION_CREDENTIALS: "/k.json",
			CLOUDSDK_CORE_PROJECT: "p",
			GCLOUD_PROJECT: "p",
		});
		const state = `${realpathSync(root)}/.local`;
		expect(calls()).toEqual([
			"pulumi about",
			expect.stringMatching(
				/^GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\/v2\/$/,
			),
			expect.stringMatching(/^GOOGLE_OAUTH_ACCESS_TOKEN=[0-9a-f]{48}$/),
			expect.stringMatching(
				/^GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\/v1\/$/,
			),
			`NETRA_LOCAL_DIR=${state}`,
			`NODE_COMPILE_CACHE=${state}/compile-cache`,
			`PULUMI_BACKEND_URL=file://${state}/pulumi`,
			"PULUMI_CONFIG_PASSPHRASE=stand-in",
			"PULUMI_DEBUG_COMMANDS=true",
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
			"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true",
			`PULUMI_HOME=${state}/home`,
			"PULUMI_IGNORE_AMBIENT_PLUGINS=true",
			"PULUMI_SKIP_UPDATE_CHECK=true",
		]);
	});

	it("send REST requests to one port of this machine, with a token of each command's own", async () => {
		await pulumi("about");
		await pulumi("about");
		const valuesOf = (variable: string) =>
			calls()
				.filter((line) => line.startsWith(`${variable}=`))
				.map((line) => line.slice(variable.length + 1));
		const ports = (variable: string) =>
			valuesOf(variable).map((address) => new URL(address).port);
		expect(ports("GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT")).toEqual(
			ports("GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT"),
		);
		const [first, second] = valuesOf("GOOGLE_OAUTH_ACCESS_TOKEN");
		expect(first).not.toBe(second);
	});

	it("are where NETRA_LOCAL_DIR says, and then nothing is written into the checkout", async () => {
		const elsewhere = join(root, "../else where");
		await pulumi("preview -s local", { NETRA_LOCAL_DIR: elsewhere });
		expect(calls()).toContain(
			`PULUMI_BACKEND_URL=file://${realpathSync(elsewhere)}/pulumi`,
		);
		expect(machine.has(".local")).toBe(false);
	});

	it("hold the stand-in's providers as installed ones, of the versions that the packages ask for", async () => {
		await pulumi("about");
		for (const [name, version] of [
			["gcp", "9.35.0"],
			["random", "4.21.1"],
		]) {
			const plugin = join(
				root,
				`.local/home/plugins/resource-${name}-v${version}/pulumi-resource-${name}`,
			);
			expect(realpathSync(plugin)).toBe(
				realpathSync(join(root, `local/bin/pulumi-resource-${name}`)),
			);
		}
	});
});

/** Another user: `nobody` of most systems. */
const nobody = 65534;
const isRoot = process.getuid?.() === 0;

describe("the stand-in's folder", () => {
	const modeOf = (path: string) => statSync(path).mode & 0o777;
	const refusal = (folder: string, fact: string, remedy: string) => ({
		code: 1,
		stdout: "",
		stderr: `pulumi-local: the stand-in's folder ${folder} ${fact}, and its secrets could be read there.
              ${remedy}
`,
	});
	const ownFolder =
		"Set NETRA_LOCAL_DIR to a folder of your own, or remove this one.";
	/** A folder beside the checkout. */
	const beside = (name: string) => join(realpathSync(root), "..", name);

	/** Notes the folder's mode whenever something is about to be made in it. */
	const watchFolder = () =>
		machine.program(
			"mkdir",
			`for each; do case $each in ${root}/.local/*) command -p ls -ldn ${root}/.local >>${root}/seen ;; esac; done
			 command -p mkdir "$@"`,
		);
	const seenModes = () =>
		new Set(
			read("seen")
				.trim()
				.split("\n")
				.map((line) => line.slice(0, 10)),
		);

	it("is closed to other users before anything is in it, with all that comes into it", async () => {
		watchFolder();
		await pulumi("preview -s local");
		expect(seenModes()).toEqual(new Set(["drwx------"]));
		for (const name of ["config", "home", "pulumi"]) {
			expect(modeOf(join(root, ".local", name))).toBe(0o700);
		}
		for (const file of [
			"config/Pulumi.local.yaml",
			"pulumi/.pulumi/stacks/toy/local.json",
		]) {
			expect(modeOf(join(root, ".local", file))).toBe(0o600);
		}
	});

	it("is closed where it was open", async () => {
		watchFolder();
		mkdirSync(join(root, ".local"));
		chmodSync(join(root, ".local"), 0o777);
		await pulumi("about");
		expect(seenModes()).toEqual(new Set(["drwx------"]));
	});

	it.each([".local", ".local/"])(
		"is refused where it is a link: %s",
		async (name) => {
			const elsewhere = beside("elsewhere");
			mkdirSync(elsewhere);
			symlinkSync(elsewhere, join(root, ".local"));
			expect(
				await pulumi("about", { NETRA_LOCAL_DIR: join(root, name) }),
			).toEqual(
				refusal(
					"CHECKOUT/.local",
					"is a link",
					`Set NETRA_LOCAL_DIR to the folder itself: ${elsewhere}`,
				),
			);
			expect(machine.has("calls")).toBe(false);
		},
	);

	it("is refused where it belongs to another user", async () => {
		let folder = "/usr";
		if (isRoot) {
			folder = beside("theirs");
			mkdirSync(folder);
			chownSync(folder, nobody, nobody);
		}
		expect(await pulumi("about", { NETRA_LOCAL_DIR: folder })).toEqual(
			refusal(folder, "belongs to another user of this machine", ownFolder),
		);
		expect(machine.has("calls")).toBe(false);
	});

	it("is refused where another user can put another folder in its place", async () => {
		const parent = beside("open");
		mkdirSync(parent);
		chmodSync(parent, 0o777);
		const folder = join(parent, "state");
		const answer = refusal(
			folder,
			`lies in ${parent}, which other users of this machine can change`,
			ownFolder,
		);
		expect(await pulumi("about", { NETRA_LOCAL_DIR: folder })).toEqual(answer);
		// In a folder like /tmp they can't.
		chmodSync(parent, 0o1777);
		expect(await pulumi("about", { NETRA_LOCAL_DIR: folder })).toMatchObject({
			code: 0,
		});
		if (isRoot) {
			chownSync(parent, nobody, nobody);
			expect(await pulumi("about", { NETRA_LOCAL_DIR: folder })).toEqual(
				refusal(
					folder,
					`lies in ${parent}, which belongs to another user of this machine`,
					ownFolder,
				),
			);
		}
	});
});

describe("an operation", () => {
	it("runs beside a process that knows which it is, of what stack, and how it was typed", async () => {
		await pulumi("up --yes -s local -m a;b");
		expect(calls()).toContain(
			"up of local: tools/pulumi-local up --yes -s local -m a\\;b",
		);
	});

	it.each(["config get k -s local", "stack ls", "up --help"])(
		"is none that only reads or writes files: %s",
		async (command) => {
			await pulumi(command);
			expect(calls().filter((line) => line.includes(" of "))).toEqual([]);
		},
	);
});

describe("the policy pack", () => {
	it("is added to preview and up, and to nothing else", async () => {
		for (const command of [
			"preview",
			"pre",
			"up",
			"update",
			"refresh",
			"destroy",
		]) {
			await pulumi(`${command} -s local`);
		}
		const packs = commands()
			.filter((line) => line.includes("--config-file"))
			.map(
				(line) =>
					`${line.split(" ").at(-2)} ${line.includes(` --policy-pack=${root}/policies `)}`,
			);
		expect(packs).toEqual([
			"preview true",
			"pre true",
			"up true",
			"update true",
			"refresh false",
			"destroy false",
		]);
	});

	it.each(["--policy-pack other", "--policy-pack=other"])(
		"is the caller's where there is one: %s",
		async (flag) => {
			const here = join(root, "../here");
			mkdirSync(join(here, "other"), { recursive: true });
			await pulumi(`preview -s local ${flag}`, {}, here);
			expect(commands().at(-1)).toMatch(
				new RegExp(` preview --stack=local --policy-pack=${here}/other$`),
			);
		},
	);

	it("is found from any directory", async () => {
		await pulumi("preview -s local --policy-pack policies", {}, "/");
		expect(commands().at(-1)).toMatch(
			new RegExp(` --policy-pack=${root}/policies$`),
		);
	});

	it.each([
		"--policy-pack-config weaker.json",
		"--policy-pack-config=weaker.json",
	])("cannot be weakened by configuration: %s is refused", async (flag) => {
		expect(await pulumi(`preview -s local ${flag}`)).toEqual({
			code: 1,
			stdout: "",
			stderr: `pulumi-local: --policy-pack-config is refused: policy configuration can weaken or switch off a rule.
              Leave it out. A rule that is wrong is changed in policies/, where its owners review it.
`,
		});
	});
});

describe("a stack", () => {
	it("is made when first used, beside the copy of its file, and only once", async () => {
		await pulumi("preview -s local");
		await pulumi("preview --stack=organization/toy/local");
		const state = `${root}/.local/config`;
		expect(commands()).toEqual([
			`pulumi stack init local --no-select --cwd ${state}`,
			`pulumi --config-file=${state}/Pulumi.local.yaml --policy-pack=${root}/policies preview --stack=local`,
			`pulumi --config-file=${state}/Pulumi.local.yaml --policy-pack=${root}/policies preview --stack=organization/toy/local`,
		]);
	});

	it("has a copy of its file with the stand-in's key, and the file itself stays as it is", async () => {
		const before = read("Pulumi.local.yaml");
		await pulumi("up -s local --yes");
		expect(read(".local/config/Pulumi.local.yaml")).toBe(`${salt}\n${before}`);
		expect(read("Pulumi.local.yaml")).toBe(before);
	});

	it("of a team gets made-up values where the team's key encrypted them", async () => {
		machine.write(
			"Pulumi.local.yaml",
			`secretsprovider: gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k
encryptedkey: Q2lR
config:
  toy:plain: secure
  toy:one:
    secure: v1:AAA=:BBB+/=
  toy:several:
    - secure: AAA
    - {secure: "AAA"}
    - name: x
      secure: AAA
  toy:insecure: AAA
`,
		);
		await pulumi("up -s local --yes");
		expect(read(".local/config/Pulumi.local.yaml")).toBe(`${salt}
config:
  toy:plain: secure
  toy:one:
    secure: ${madeUp}
  toy:several:
    - secure: ${madeUp}
    - {secure: ${madeUp}}
    - name: x
      secure: ${madeUp}
  toy:insecure: AAA
`);
	});

	it("keeps values that the stand-in's own key encrypted", async () => {
		const text = `config:\n  toy:one:\n    secure: v1:AAA=:BBB+/=\n${salt}\n`;
		machine.write("Pulumi.local.yaml", text);
		await pulumi("up -s local --yes");
		expect(read(".local/config/Pulumi.local.yaml")).toBe(text);
	});

	it("is selected by `stack init`, which would otherwise make it a second time", async () => {
		await pulumi("stack init local");
		expect(commands().at(-1)).toBe("pulumi stack select local");
	});

	it("keeps its file when it is removed", async () => {
		await pulumi("stack rm local --yes -s local");
		expect(commands().at(-1)).toBe(
			"pulumi --preserve-config=true stack rm local --yes --stack=local",
		);
	});

	it("that nobody made is refused with the list of those that there are", async () => {
		machine.write("Pulumi.staging.yaml", "config: {}\n");
		for (const command of ["up --yes", "config get k", "stack export"]) {
			expect(await pulumi(`${command} -s stagin`)).toEqual({
				code: 1,
				stdout: "",
				stderr: `pulumi-local: no stack named 'stagin'. The stacks with a file Pulumi.<stack>.yaml are: local, staging
              Another one is made by: tools/pulumi-local stack init stagin
`,
			});
		}
		expect((await pulumi("stack init stagin")).code).toBe(0);
		expect((await pulumi("stack export -s stagin")).code).toBe(0);
	});

	it("must be named where none is selected", async () => {
		expect(await pulumi("up --yes")).toEqual({
			code: 1,
			stdout: "",
			stderr: `pulumi-local: which stack? None is named and none is selected.
              Add -s local (or staging, production), or select one: tools/pulumi-local stack select local
`,
		});
	});
});

describe("configuration", () => {
	it("is changed in the committed file, as with plain pulumi", async () => {
		await pulumi("config set rotationEpoch 1 -s local");
		expect(commands().at(-1)).toBe(
			"pulumi config set rotationEpoch 1 --stack=local",
		);
	});

	const refused = (stack: string) => ({
		code: 1,
		stdout: "",
		stderr: `pulumi-local: no secret of stack ${stack} is set here: the stand-in's key is published, and Pulumi.${stack}.yaml is committed.
              On the real project, with the team's key: pulumi config set --secret <key> -s ${stack}
              To try a made-up value: tools/pulumi-local config set --secret <key> <value> -s local
`,
	});

	it.each([
		["config set --secret k hunter2 -s production", "production"],
		["config set -s staging --secret --path k.value hunter2", "staging"],
		["config set k hunter2 --secret=true -s=production", "production"],
		["config set k hunter2 --secret=1 -sproduction", "production"],
		["config set --secret=false k hunter2 --secret -s staging", "staging"],
		["config set --secret -s production -- k hunter2", "production"],
		["config set --secret k --stack=production", "production"],
		["config --memprofilerate 5 set --secret k hunter2 -s staging", "staging"],
		["--memprofilerate 5 config set --secret k hunter2 -s staging", "staging"],
		["config set --secret k hunter2 -s org/toy/staging", "staging"],
		["config set --secret k hunter2 -s local -s staging", "staging"],
		["config set-all --plaintext a=b --secret k=hunter2 -s staging", "staging"],
		["config set-all --secret=k=hunter2 -s staging", "staging"],
		["config set-all --json {} -s production", "production"],
	])("takes no secret outside of local: %s", async (command, stack) => {
		machine.write(`Pulumi.${stack}.yaml`, "config: {}\n");
		expect(await pulumi(command)).toEqual(refused(stack));
		expect(machine.has("calls")).toBe(false);
		expect(read(`Pulumi.${stack}.yaml`)).toBe("config: {}\n");
	});

	it("takes no secret for a stack that was selected and is not local", async () => {
		machine.program(
			"pulumi",
			'[ "$1" = version ] && echo v3.250.1 || echo staging',
		);
		expect(await pulumi("config set --secret k hunter2")).toEqual(
			refused("staging"),
		);
	});

	it.each([
		[
			"config set --secret k hunter2 -es staging -s local",
			"-es could name a stack: write each flag of a command that encrypts values on its own.",
		],
		[
			"config set --secret k hunter2 -s local --config-file Pulumi.staging.yaml",
			`--config-file is refused where values are encrypted: the stand-in's key is published, and the file may be another stack's.
              Leave it out: with -s local the value goes into Pulumi.local.yaml.`,
		],
		[
			"config cp -s local -d staging",
			`config cp is refused: it would encrypt secrets with the stand-in's key, which is published.
              Set plain values one by one: tools/pulumi-local config set <key> <value> -s <stack>`,
		],
		[
			"config refresh -s staging",
			`config refresh is refused for stack staging: it would put the stand-in's values in place of the team's secrets.
              On the real project: pulumi config refresh -s staging`,
		],
		[
			"stack change-secrets-provider passphrase -s local",
			`the stand-in has one key, and it is published: it is changed for no stack.
              On the real project: pulumi stack change-secrets-provider gcpkms://<key> -s <stack>`,
		],
	])("encrypts nothing by another way: %s", async (command, message) => {
		expect(await pulumi(command)).toEqual({
			code: 1,
			stdout: "",
			stderr: `pulumi-local: ${message}\n`,
		});
		expect(existsSync(join(root, "calls"))).toBe(false);
	});

	it.each([
		"config set --secret k v -s local",
		"config set-all --secret k=v --stack=local",
		"config set k v -s staging",
		"config set --secret=false k v -s staging",
		"config set secret --secret=False -s staging",
		"config set-all --plaintext set=v -s staging",
		"config set -s staging -- k --secret",
		"config get cp --json -s staging",
		"config refresh -s local",
	])("lets pass what gives nothing away: %s", async (command) => {
		machine.write("Pulumi.staging.yaml", "config: {}\n");
		expect(await pulumi(command)).toMatchObject({ code: 0 });
		expect(commands().at(-1)).toContain(" config ");
	});

	it("is shown from the copy, which the stand-in can read", async () => {
		await pulumi("config get k -s local");
		expect(commands().at(-1)).toBe(
			`pulumi --config-file=${root}/.local/config/Pulumi.local.yaml config get k --stack=local`,
		);
	});

	it("comes from another file where the caller says so, copied like a stack file", async () => {
		const here = join(root, "../here");
		mkdirSync(here);
		machine.write("../here/other.yaml", "config:\n  toy:plain: y\n");
		await pulumi("preview -s local --config-file other.yaml", {}, here);
		expect(commands().at(-1)).toContain(
			`--config-file=${root}/.local/config/Pulumi.local.yaml`,
		);
		expect(read(".local/config/Pulumi.local.yaml")).toBe(
			`${salt}\nconfig:\n  toy:plain: y\n`,
		);
	});
});
