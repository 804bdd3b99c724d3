export class WorkerWatch {}
