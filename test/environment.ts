/**
 * Jest's environment for Node.js, in a context with a plain global object. Jest's own is one whose every global is looked
 * up through interceptors, which makes code that touches many globals take twice the time (nodejs/node#31658).
 */
import vm from "node:vm";
import { TestEnvironment } from "jest-environment-node";

type Arguments = ConstructorParameters<typeof TestEnvironment>;

export default class PlainEnvironment extends TestEnvironment {
	constructor(...given: Arguments) {
		const { createContext } = vm;
		vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
		try {
			super(...given);
		} finally {
			vm.createContext = createContext;
		}
		// Node's own number, not Jest's 100: Pulumi's SDK asks for many traces.
		this.global.Error.stackTraceLimit = 10;
	}
}
