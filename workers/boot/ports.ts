/** Ports of virtio-serial by which a system speaks to us. */
export const reportPort = 'org.bootready.report';
/** QEMU's guest agent. */
export const agentPort = 'org.qemu.guest_agent.0';
