import { describe, expect, it } from "@jest/globals";
import {
	filled,
	partNames,
	readBack,
	TemplateError,
} from "../../contract/templates.ts";

const values: Record<string, string> = {
	"database.user": "netra_a",
	"database.password": 'p@ss/w:o?r#d&"\\%{x}',
	"database.host": "/cloudsql/p:r:i",
	"database.name": "ne tra",
	"redis.host": "10.0.0.3",
	"redis.port": "6378",
	"api-key": "k\n1",
};
const make = (text: string) => filled(text, (name) => values[name] ?? "");

describe("a composed value", () => {
	it.each([
		[
			"a URL",
			"postgresql://{database.user}:{database.password}@localhost/{database.name}?host={database.host}&x=1",
			"postgresql://netra_a:p%40ss%2Fw%3Ao%3Fr%23d%26%22%5C%25%7Bx%7D@localhost/ne%20tra?host=%2Fcloudsql%2Fp%3Ar%3Ai&x=1",
		],
		[
			"a URL's host and port",
			"rediss://:{database.password}@{redis.host}:{redis.port}/0",
			"rediss://:p%40ss%2Fw%3Ao%3Fr%23d%26%22%5C%25%7Bx%7D@10.0.0.3:6378/0",
		],
		[
			"JSON",
			'{"user": "{database.user}", "password": "{database.password}", "port": {redis.port}, "list": ["{api-key}"]}',
			'{"user": "netra_a", "password": "p@ss/w:o?r#d&\\"\\\\%{x}", "port": 6378, "list": ["k\\n1"]}',
		],
		["a prefix", "Bearer {api-key}", "Bearer k\n1"],
		[
			"a password file, whose socket has colons of its own",
			"{database.host}:{redis.port}:{database.user}:{database.password}",
			'/cloudsql/p:r:i:6378:netra_a:p@ss/w:o?r#d&"\\%{x}',
		],
		[
			"the same part twice",
			"{redis.host}:{redis.port},{redis.host}:7000",
			"10.0.0.3:6378,10.0.0.3:7000",
		],
	])(
		"[R-012] of %s has each part as its place demands, and can be read back",
		(_what, text, expected) => {
			const value = make(text);
			expect(value).toBe(expected);
			expect(Object.fromEntries(readBack(text, value) ?? [])).toEqual(
				Object.fromEntries(partNames(text).map((name) => [name, values[name]])),
			);
		},
	);

	it("[R-012] is what parsers of its form read", () => {
		const url = new URL(
			make("http://{database.user}:{database.password}@h/{database.name}"),
		);
		expect(decodeURIComponent(url.password)).toBe(values["database.password"]);
		expect(JSON.parse(make('{"p": "{database.password}"}'))).toEqual({
			p: values["database.password"],
		});
	});

	it.each([
		["a host", "rediss://{database.host}:1", "a host or port, and is none"],
		["a number in JSON", '{"p": {database.name}}', "write it in quotes"],
		["nothing", "x{unknown}", "is empty"],
	])(
		"[R-063] is refused where a part can't be %s, and says no value",
		(_what, text, words) => {
			expect(() => make(text)).toThrow(TemplateError);
			expect(() => make(text)).toThrow(words);
			expect(() => make(text)).not.toThrow(/ne tra|cloudsql/);
		},
	);

	it("[R-012] of another form is not read back", () => {
		const text = "rediss://:{database.password}@{redis.host}:{redis.port}/0";
		for (const value of [
			"",
			make(text).replace("rediss", "redis"),
			`${make(text)}1`,
			make(text).replace("p%40", "p%4"),
		]) {
			expect(readBack(text, value)).toBeUndefined();
		}
		expect(
			readBack("{redis.host} {redis.host}", "10.0.0.3 10.0.0.4"),
		).toBeUndefined();
	});
});
