/**
 * Where the tests run: Node as it is, in a context whose global object is an ordinary one. Jest's own has each use of a
 * global (`Object`, `Buffer`, …) go through an interceptor, which simulated nodes feel.
 */
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

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
