using System.Reflection;

namespace UwsgiIt.Api.Hosting;

/// <summary>What happens before, or instead of, serving.</summary>
internal static class StartUp
{
    /// <summary>True when the command line asks for words only, or is wrong.</summary>
    public static bool TryFinishEarly(ApiArguments arguments, out int exitCode)
    {
        exitCode = ExitCodes.Ok;
        if (arguments.Fault is { } fault)
        {
            Console.Error.WriteLine($"uwsgiit-api: {fault}.");
            Console.Error.WriteLine(ApiArguments.Usage);
            exitCode = ExitCodes.Usage;
            return true;
        }

        if (arguments.Help)
        {
            Console.WriteLine(ApiArguments.Usage);
        }

        if (arguments.Version)
        {
            Console.WriteLine($"uwsgiit-api {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
        }

        return arguments.Help || arguments.Version;
    }

    /// <summary>Prints every fault and gives the exit code.</summary>
    public static int Report(IReadOnlyList<OptionFault> faults)
    {
        foreach (var fault in faults)
        {
            Console.Error.WriteLine(fault);
        }

        Console.WriteLine(faults.Count == 0 ? "The configuration is good." : $"{faults.Count} fault(s).");
        return faults.Count == 0 ? ExitCodes.Ok : ExitCodes.Config;
    }

    public static int Fail(Exception exception)
    {
        var code = ExitCodes.For(exception);
        Console.Error.WriteLine($"uwsgiit-api: {(code == ExitCodes.Software ? exception.ToString() : exception.InnerException?.Message ?? exception.Message)}");
        return code;
    }
}
