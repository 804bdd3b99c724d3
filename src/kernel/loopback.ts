const ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1)$/;

/** Whether nobody beyond this machine reaches the address, which is no name: what that stands for, another program decides. */
export function isLoopbackAddress(address: string): boolean {
  return ADDRESS.test(address);
}
