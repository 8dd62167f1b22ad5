import { describe, expect, it } from "@jest/globals";
import {
	filled,
	partNames,
	readBack,
	TemplateError,
	textProblems,
} from "../../contract/templates.ts";

const values: Record<string, string> = {
	"database.user": "netra_a",
	"database.password": 'p@ss/w:o?r#d&"\\%{x}',
	"database.host": "/cloudsql/p:r:i",
	"database.name": "ne tra",
	"redis.host": "10.0.0.3",
	"redis.port": "6378",
	"api-key": "k\n1",
	"/etc/netra/ca.pem": "/etc/netra/ca.pem",
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
		[
			"a URL in JSON",
			'{"a": "x", "urls": ["amqps://u:{database.password}@{redis.host}:{redis.port}/", "{database.password}"]}',
			'{"a": "x", "urls": ["amqps://u:p%40ss%2Fw%3Ao%3Fr%23d%26%22%5C%25%7Bx%7D@10.0.0.3:6378/", "p@ss/w:o?r#d&\\"\\\\%{x}"]}',
		],
		[
			"a URL in a text",
			"url=https://u:{database.password}@h/ user={database.user}",
			"url=https://u:p%40ss%2Fw%3Ao%3Fr%23d%26%22%5C%25%7Bx%7D@h/ user=netra_a",
		],
		[
			"a file's path, as people read it",
			"jdbc:postgresql://{redis.host}:{redis.port}/x?sslmode=verify-ca&sslrootcert={/etc/netra/ca.pem}",
			"jdbc:postgresql://10.0.0.3:6378/x?sslmode=verify-ca&sslrootcert=/etc/netra/ca.pem",
		],
		[
			"braces that begin no part",
			'{"format": "\\{level} {1} {}", "key": "{database.user}"}',
			'{"format": "{level} {1} {}", "key": "netra_a"}',
		],
		[
			"a pgpass file",
			"{database.host}:{redis.port}:{database.user}:{database.password}",
			'/cloudsql/p:r:i:6378:netra_a:p@ss/w:o?r#d&"\\%{x}',
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

describe("a template's text", () => {
	const names = ["cache.ca", "cache.password", "smtp-password"];
	const near = (name: string) =>
		names.find((each) => each === name.toLowerCase().replace("_", "-"));
	const problems = (text: string) => [...textProblems(text, near)];

	it.each([
		["{smtp_password}", "{smtp_password}", ": did you mean {smtp-password}?"],
		["x?ca={Cache.ca}", "{Cache.ca}", ": did you mean {cache.ca}?"],
		["x?ca={cache.CA}", "{cache.CA}", ": did you mean {cache.ca}?"],
		["{ cache.ca }", "{ cache.ca }", ": did you mean {cache.ca}?"],
		["{level}: {Nothing}", "{Nothing}", ""],
		[
			"x://{cache.password@h",
			"{cache.password",
			": did you mean {cache.password}?",
		],
		["%{HOME}/x", "{HOME}", ""],
		["{{ ti.dag_id }}", "{ ti.dag_id }", ""],
	])(
		"[R-012] is refused where a brace begins no part: %s",
		(text, found, did) => {
			expect(problems(text)).toEqual([
				`holds ${found}, which is no {<store>.<attribute>} and no {<secret id>}${did}; a brace that begins no part is written \\{`,
			]);
		},
	);

	it.each([
		["x cache.password} y", /^has a brace without its other half/],
		['{"a": "{cache.ca}",}', /^begins like JSON and is none/],
		['{"a": "{cache.ca}"', /^has a brace without its other half/],
	])("[R-012] is refused: %s", (text, words) => {
		expect(problems(text)[0]).toMatch(words);
	});

	it.each([
		"{cache.ca}",
		'{"a": {"b": "{cache.ca}", "c": {}}, "d": [{"e": 1}]}',
		'{"format": "\\{level} \\{Name}"}',
		"\\{\\{ ti.dag_id }}/{cache.ca}",
		'storage "postgresql" {\n  connection_url = "{cache.ca}"\n}\n',
		"server { listen 80; }",
		"[cache]\nca = {cache.ca}\n",
		"a{2,3} {1} {}",
		"\\{ alone",
		"- {cache.ca}\n- {cache.password}",
	])("is accepted: %s", (text) => {
		expect(problems(text)).toEqual([]);
	});
});
