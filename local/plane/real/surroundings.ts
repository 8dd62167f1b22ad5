/** What every part of the supervisor works with. */
import type { Layout } from "./layout.ts";
import type { ProcessList } from "./process-list.ts";
import type { StateFile } from "./state-file.ts";

export type Surroundings = {
	layout: Layout;
	records: StateFile;
	processes: ProcessList;
	/** Writes a line to the supervisor's log. Never a value of a secret. */
	note: (line: string) => void;
};
