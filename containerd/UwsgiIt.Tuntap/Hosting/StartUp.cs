using System.Reflection;
using UwsgiIt.Linux;

namespace UwsgiIt.Tuntap.Hosting;

/// <summary>What happens before, or instead of, serving; exit codes of sysexits.h.</summary>
internal static class StartUp
{
    private const int Usage = 64;
    private const int Software = 70;
    private const int OsFile = 72;
    private const int NoPermission = 77;
    private const int Config = 78;

    /// <summary>True when the command line asks for words only, or is wrong.</summary>
    public static bool TryFinishEarly(TuntapArguments arguments, out int exitCode)
    {
        exitCode = arguments.Fault is null ? 0 : Usage;
        if (arguments.Fault is { } fault)
        {
            Console.Error.WriteLine($"uwsgiit-tuntap: {fault}.\n{TuntapArguments.Usage}");
        }
        else if (arguments.Help)
        {
            Console.WriteLine(TuntapArguments.Usage);
        }
        else if (arguments.Version)
        {
            Console.WriteLine($"uwsgiit-tuntap {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
        }

        return arguments.Fault is not null || arguments.Help || arguments.Version;
    }

    /// <summary>Prints every fault and gives the exit code.</summary>
    public static int Report(IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
        {
            Console.Error.WriteLine(fault);
        }

        Console.WriteLine(faults.Count == 0 ? "The configuration is good." : $"{faults.Count} fault(s).");
        return faults.Count == 0 ? 0 : Config;
    }

    public static int Fail(Exception exception)
    {
        var code = exception switch
        {
            LinuxException { Errno: 1 or 13 } or UnauthorizedAccessException => NoPermission,
            FileNotFoundException or DirectoryNotFoundException or FormatException or InvalidDataException => Config,
            IOException => OsFile,
            _ => Software,
        };
        Console.Error.WriteLine($"uwsgiit-tuntap: {(code == Software ? exception.ToString() : exception.InnerException?.Message ?? exception.Message)}");
        return code;
    }
}
