using System.Reflection;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>What happens before, or instead of, working. Exit codes as in sysexits.h.</summary>
internal static class StartUp
{
    public const int Usage = 64;
    public const int Software = 70;
    public const int NoPermission = 77;
    public const int Config = 78;

    /// <summary>True when the command line asks for words only, or is wrong.</summary>
    public static bool TryFinishEarly(ContainerdArguments arguments, out int exitCode)
    {
        exitCode = arguments.Fault is null ? 0 : Usage;
        if (arguments.Fault is { } fault)
        {
            Console.Error.WriteLine($"uwsgiit-containerd: {fault}.\n{ContainerdArguments.Usage}");
        }
        else if (arguments.Help)
        {
            Console.WriteLine(ContainerdArguments.Usage);
        }
        else if (arguments.Version)
        {
            Console.WriteLine($"uwsgiit-containerd {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
        }

        return arguments.Fault is not null || arguments.Help || arguments.Version;
    }

    public static int Report(IReadOnlyList<OptionFault> faults)
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
        Console.Error.WriteLine($"uwsgiit-containerd: {(exception is IOException or InvalidDataException ? exception.Message : exception.ToString())}");
        return exception is UnauthorizedAccessException ? NoPermission : exception is InvalidDataException ? Config : Software;
    }
}
