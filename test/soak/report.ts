/** The table that a soak prints: step, blow, whether the services answered, what brought the change to its end. */
import Table from "cli-table3";

type Result = {
	failed: boolean;
	answering: Record<string, number>;
	converged: string;
	changesLeft: string[] | null;
};

/** Whether a case is asked for: all are, unless SOAK_ONLY holds a regular expression. */
export function isWanted(name: string): boolean {
	return new RegExp(process.env.SOAK_ONLY ?? "").test(name);
}

export class Report {
	readonly #table: InstanceType<typeof Table>;

	constructor(change: string) {
		this.#table = new Table({
			head: [
				change,
				"fault",
				"up failed",
				"services answering",
				"converged",
				"left to change",
			],
			style: { head: [], border: [] },
		});
	}

	add(
		step: string,
		blow: string,
		{ failed, answering, converged, changesLeft }: Result,
	): void {
		// The whole takes hours: each case is shown as it ends.
		process.stdout.write(`${step}, ${blow}: ${converged}\n`);
		const statuses = Object.values(answering);
		const answered =
			statuses.length === 0
				? "-"
				: `${statuses.filter((status) => status === 200).length} of ${statuses.length}`;
		this.#table.push([
			step,
			blow,
			failed ? "yes" : "no",
			answered,
			converged,
			changesLeft === null ? "nothing" : changesLeft.join(" "),
		]);
	}

	print(): void {
		console.log(this.#table.toString());
	}
}
