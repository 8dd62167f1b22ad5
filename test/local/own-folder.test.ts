/** Folders that another user of the machine may have had first. */
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { localDirectory } from "../../local/directory.ts";
import { takeFolder } from "../../local/own-folder.ts";

const nobody = 65534;
const isRoot = process.geteuid?.() === 0;
const me = process.geteuid?.() ?? 0;

let folder: string;
beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "own-folder-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string) => join(folder, path);
const modeOf = (path: string) => lstatSync(path).mode & 0o7777;
function open(path: string, mode = 0o777): void {
	mkdirSync(at(path));
	chmodSync(at(path), mode);
}

/**
 * Takes a folder below one of another user's. Only root can give one away; anybody else takes it as another user would,
 * for whom this one's folders are somebody else's.
 */
function takeBelowForeign(foreign: string, path: string): unknown {
	if (!isRoot) return takeFolder(at(path), "move", { user: me + 1 });
	chownSync(at(foreign), nobody, nobody);
	return takeFolder(at(path), "move");
}

describe("a folder of one's own", () => {
	it("is made with what is missing above it, for its owner only", () => {
		expect(takeFolder(at("a/b/c"), "move")).toBe(at("a"));
		expect(["a", "a/b", "a/b/c"].map((each) => modeOf(at(each)))).toEqual([
			0o700, 0o700, 0o700,
		]);
		expect(takeFolder(at("a/b/c"), "move")).toBeUndefined();
		expect(takeFolder(at("a/b/d"), "move")).toBe(at("a/b/d"));
	});

	it("may lie in a folder like /tmp", () => {
		open("tmp", 0o1777);
		expect(takeFolder(at("tmp/a"), "move")).toBe(at("tmp/a"));
	});

	it.each([
		["a", "is a link"],
		["a/b", `is a link, and PATH would lie in it`],
	])("is refused where %s was planted as a link", (path, fact) => {
		const link = at("a");
		open("target", 0o700);
		symlinkSync(at("target"), link);
		expect(() => takeFolder(at(path), "move")).toThrow(
			`the folder ${link} ${fact.replace("PATH", at(path))}: move`,
		);
		expect(existsSync(at("target/b"))).toBe(false);
	});

	it("is refused where a link leads nowhere yet", () => {
		symlinkSync(at("later"), at("a"));
		expect(() => takeFolder(at("a/b"), "move")).toThrow(
			`the folder ${at("a")} is a link, and ${at("a/b")} would lie in it: move`,
		);
		expect(existsSync(at("later"))).toBe(false);
	});

	it("is refused below a folder that others can change", () => {
		open("shared");
		expect(() => takeFolder(at("shared/a/b"), "move")).toThrow(
			`the folder ${at("shared")} can be changed by other users of this machine, and ${at("shared/a/b")} would lie in it: move`,
		);
		expect(existsSync(at("shared/a"))).toBe(false);
	});

	it("is refused where others can put something in, be it like /tmp", () => {
		open("tmp", 0o1777);
		expect(() => takeFolder(at("tmp"), "move")).toThrow(
			`the folder ${at("tmp")} can be changed by other users of this machine: move`,
		);
	});

	it("is refused below another user's, and where it is another user's", () => {
		open("theirs", 0o755);
		expect(() => takeBelowForeign("theirs", "theirs/a/b")).toThrow(
			`belongs to another user of this machine, and ${at("theirs/a/b")} would lie in it: move`,
		);
		expect(() => takeBelowForeign("theirs", "theirs")).toThrow(
			"belongs to another user of this machine",
		);
		expect(existsSync(at("theirs/a"))).toBe(false);
	});

	it("is refused below another user's folder that is like /tmp", () => {
		open("tmp", 0o1777);
		expect(() => takeBelowForeign("tmp", "tmp/a")).toThrow(
			"belongs to another user of this machine",
		);
	});

	it("is refused where a file is in its place", () => {
		writeFileSync(at("a"), "");
		expect(() => takeFolder(at("a"), "move")).toThrow(
			`the folder ${at("a")} is no folder: move`,
		);
		expect(() => takeFolder(at("a/b"), "move")).toThrow(
			`the folder ${at("a")} is no folder, and ${at("a/b")} would lie in it: move`,
		);
	});
});

describe("the stand-in's folder", () => {
	const directory = (path: string) =>
		localDirectory({ NETRA_LOCAL_DIR: at(path) });
	const remedy =
		"its secrets could be read there; set NETRA_LOCAL_DIR to a folder of your own, or remove this one";

	it("is made for its owner only, and closed where it was open", () => {
		expect(directory("new/state")).toBe(at("new/state"));
		expect(modeOf(at("new/state"))).toBe(0o700);
		open("state");
		expect(directory("state")).toBe(at("state"));
		expect(modeOf(at("state"))).toBe(0o700);
	});

	it("is refused where it is a link, and taken where a link of one's own leads to what it lies in", () => {
		open("real", 0o700);
		symlinkSync(at("real"), at("state"));
		expect(() => directory("state")).toThrow(
			`the folder ${at("state")} is a link: ${remedy}`,
		);
		expect(directory("state/inner")).toBe(at("real/inner"));
	});

	it("is refused where another user could exchange it", () => {
		open("shared");
		expect(() => directory("shared/state")).toThrow(
			`the folder ${at("shared")} can be changed by other users of this machine, and ${at("shared/state")} would lie in it: ${remedy}`,
		);
	});
});
