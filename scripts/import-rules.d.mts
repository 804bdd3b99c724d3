export declare const ROOMS: readonly string[];
export declare const ROOMS_OF_PIHOST: readonly string[];
export declare const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>>;
export declare function importRules(): object;
