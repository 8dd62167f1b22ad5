/** The table that a soak prints: step, blow, whether the services answered, what brought the change to its end. */
import Table from "cli-table3";

type Result = {
	failed: boolean;
	answering: Record<string, number>;
	converged: string;
	changesLeft: string[] | null;
};

/**
 * The cases that are asked for. All are, unless SOAK_ONLY holds a regular expression that a case's step and fault must
 * match, or SOAK_PART says `k/n`: every n-th case from the k-th on. Take an n that has no divisor in common with 6, so
 * that every kind of fault comes.
 */
export function wanted<T extends [step: string, fault: string, ...unknown[]]>(
	cases: T[],
): T[] {
	const only = new RegExp(process.env.SOAK_ONLY ?? "");
	const [part = 1, parts = 1] = (process.env.SOAK_PART ?? "1/1")
		.split("/")
		.map(Number);
	return cases
		.filter(([step, fault]) => only.test(`${step} ${fault}`))
		.filter((_, index) => index % parts === part - 1);
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
