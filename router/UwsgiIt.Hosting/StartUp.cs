using System.Reflection;

namespace UwsgiIt.Hosting;

/// <summary>What a program does before, or instead of, working.</summary>
public static class StartUp
{
    /// <summary>True when the command line asks for words only, or is wrong.</summary>
    public static bool TryFinishEarly(string program, string usage, ProgramArguments arguments, out int exitCode)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        exitCode = ExitCodes.Ok;
        if (arguments.Fault is { } fault)
        {
            Console.Error.WriteLine($"{program}: {fault}.");
            Console.Error.WriteLine(usage);
            exitCode = ExitCodes.Usage;
            return true;
        }

        if (arguments.Help)
        {
            Console.WriteLine(usage);
        }

        if (arguments.Version)
        {
            Console.WriteLine($"{program} {Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3)}");
        }

        return arguments.Help || arguments.Version;
    }

    /// <summary>Prints every fault and gives the exit code.</summary>
    public static int Report(IReadOnlyList<OptionFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        foreach (var fault in faults)
        {
            Console.Error.WriteLine(fault);
        }

        Console.WriteLine(faults.Count == 0 ? "The configuration is good." : $"{faults.Count} fault(s).");
        return faults.Count == 0 ? ExitCodes.Ok : ExitCodes.Config;
    }

    /// <summary>One line for the operator, one code for the service manager; all of it when it is our own fault.</summary>
    public static int Fail(string program, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var code = ExitCodes.For(exception);
        Console.Error.WriteLine($"{program}: {(code == ExitCodes.Software ? exception.ToString() : exception.InnerException?.Message ?? exception.Message)}");
        return code;
    }
}
