/**
 * Where the tests run: Node as it is, with two things that make them faster.
 *
 * - A context whose global object is an ordinary one. Jest's own has each use of a global (`Object`, `Buffer`, …) go through
 *   an interceptor, which is half of what a simulated node costs.
 * - Coverage by function alone. Counting every branch makes the tests of one file take half as long again, and the engine's
 *   debugger, which is not needed for it, adds to that. SYNCNEST_COVERAGE=branches counts them all the same.
 */
import { Session } from 'node:inspector';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

if (process.env.SYNCNEST_COVERAGE !== 'branches') {
  const { post } = Session.prototype;
  Session.prototype.post = function (method, ...rest) {
    if (/^Debugger\.(enable|disable)$/.test(method)) return rest.at(-1)(null, {});
    if (method !== 'Profiler.startPreciseCoverage') return post.call(this, method, ...rest);
    return post.call(this, method, { callCount: false, detailed: false }, rest.at(-1));
  };
}

export default class Environment extends TestEnvironment {
  constructor(...args) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...args);
    } finally {
      vm.createContext = createContext;
    }
  }
}
