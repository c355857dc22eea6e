namespace UwsgiIt.Hosting;

/// <summary>Exit codes of sysexits.h.</summary>
public static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>An address or socket cannot be had.</summary>
    public const int Unavailable = 69;

    /// <summary>Our own fault.</summary>
    public const int Software = 70;

    /// <summary>A file or socket path cannot be made.</summary>
    public const int OsFile = 72;

    /// <summary>Not allowed.</summary>
    public const int NoPermission = 77;

    /// <summary>The configuration is wrong.</summary>
    public const int Config = 78;

    /// <summary>The code for what kept a program from starting.</summary>
    public static int For(Exception exception) => exception switch
    {
        UnauthorizedAccessException => NoPermission,
        System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.AccessDenied } => NoPermission,
        UwsgiIt.Linux.LinuxException { Errno: 1 or 13 } => NoPermission,
        UwsgiIt.Linux.LinuxException => OsFile,
        System.Net.Sockets.SocketException => Unavailable,
        FileNotFoundException or DirectoryNotFoundException => Config,
        IOException { InnerException: { } inner } => inner is Microsoft.AspNetCore.Connections.AddressInUseException ? Unavailable : For(inner),
        IOException => Unavailable,
        FormatException or InvalidDataException => Config,
        _ => Software,
    };
}
