namespace UwsgiIt.Containerd.Cgroups;

/// <summary>A limit that could not be set, or that reads back as something else.</summary>
internal sealed class CgroupException(string message, Exception? inner = null) : IOException(message, inner);
