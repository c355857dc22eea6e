namespace UwsgiIt.Containerd.Contracts;

/// <summary>
/// What a client asks of the session socket (SOCK_SEQPACKET): a program inside a container. Without a terminal the message brings three
/// descriptors, the program's standard streams, which must be pipes or sockets.
/// </summary>
public sealed record SessionRequest
{
    /// <summary>Longest request, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The container; only root may ask for another than its own uid's.</summary>
    public required uint Uid { get; init; }

    /// <summary>A line for <c>sh -c</c>; null with <see cref="Arguments"/>, or for a login shell.</summary>
    public string? Command { get; set; }

    /// <summary>A program and its arguments, looked up in the container's PATH.</summary>
    public IReadOnlyList<string>? Arguments { get; set; }

    /// <summary>A terminal is made, and its master side sent back.</summary>
    public bool Terminal { get; set; }

    /// <summary>Rows and columns of the client's terminal, which the program finds from its first moment on; 0 when it has none.</summary>
    public ushort Rows { get; set; }

    /// <summary>See <see cref="Rows"/>.</summary>
    public ushort Columns { get; set; }

    /// <summary>Variables from a short list of names, see the daemon; others are left out.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();
}
