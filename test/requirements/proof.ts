/** What a break is worth: whether it applies, and whether a test with the row's id saw it. */
import type { Break } from "./breaks.ts";
import type { Ended } from "./table.ts";

/** What is no part of the product: a break of it would prove nothing. */
const notProduct = /^(?:test|docs|bench|node_modules|\.)/;

/**
 * The file's text, broken.
 * @throws {Error} unless the text to break stands there exactly once
 */
export function broken(text: string, { path, from, to }: Break): string {
	if (notProduct.test(path)) {
		throw new Error(`${path} is no part of the product`);
	}
	const [before, after, ...more] = text.split(from);
	if (after === undefined || more.length > 0) {
		const count = more.length + (after === undefined ? 0 : 1);
		throw new Error(
			`${path} holds this ${count === 0 ? "nowhere" : `${count} times`}, expected once: ${from}`,
		);
	}
	if (from === to) {
		throw new Error(`the break of ${path} changes nothing`);
	}
	return `${before}${to}${after}`;
}

/** Rows without a break, and breaks without a row. */
export function unpaired(
	rows: readonly string[],
	ids: readonly string[],
): string[] {
	return [
		...rows
			.filter((row) => !ids.includes(row))
			.map((row) => `${row} has no way to break it`),
		...ids
			.filter((id) => !rows.includes(id))
			.map((id) => `${id} has a way to break it, but is no row that is built`),
	];
}

/** The tests with the row's id that passed before the break and fail with it. */
export function redBy(
	id: string,
	before: readonly Ended[],
	after: readonly Ended[],
): string[] {
	const green = new Set(
		before
			.filter(({ status }) => status === "passed")
			.map(({ title }) => title),
	);
	return after
		.filter(
			({ title, status }) =>
				status === "failed" && title.includes(`[${id}]`) && green.has(title),
		)
		.map(({ title }) => title);
}
