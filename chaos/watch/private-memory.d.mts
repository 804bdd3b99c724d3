export declare function hasPrivateMemory(): boolean;
export declare function withPrivateMemory(
  command: string,
  args: readonly string[],
): { command: string; args: string[]; environment: NodeJS.ProcessEnv };
