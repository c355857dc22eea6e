using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Containers;

/// <summary>A pid 1 that lives, started by us or by an earlier daemon.</summary>
internal sealed record RunningContainer(ContainerRecord Record, Pidfd Process, Task<int?> Exit, bool Adopted);
