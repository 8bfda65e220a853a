import { z } from 'zod';

/** BullMQ queues and what their jobs carry: ids only, for Redis keeps them in clear text and may lose them. */
export const queueNames = { intake: 'intake', notify: 'notify', housekeeping: 'housekeeping' } as const;

/** Settle one row of upload_events. */
export const IntakeJob = z.object({ eventId: z.number().int() });
export type IntakeJob = z.infer<typeof IntakeJob>;

/** Make one delivery of webhook_deliveries. */
export const NotifyJob = z.object({ deliveryId: z.uuid() });
export type NotifyJob = z.infer<typeof NotifyJob>;

/** Job names of the housekeeping queue; each is put there by a job scheduler. */
export const housekeepingJobs = ['sweep', 'relay', 'reap', 'refresh'] as const;
export type HousekeepingJob = (typeof housekeepingJobs)[number];
