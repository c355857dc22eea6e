namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>What these tests need of the machine; without it they are skipped with the reason.</summary>
internal static class Requirements
{
    public static string? Missing { get; } =
        !Environment.IsPrivilegedProcess ? "needs root, for network namespaces"
        : !File.Exists("/dev/net/tun") ? "the kernel has no tun device (/dev/net/tun)"
        : null;

    public static void Check() => Skip.If(Missing is not null, Missing);

    /// <summary>The router as built beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "uwsgiit-tuntap.dll");
}
