using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Loopboxes;

/// <summary>Paths below a container's home that its host may open for it: they reach a root program, so the grammar is narrow.</summary>
internal static class LoopboxPath
{
    /// <summary>Longest file name, in characters; the original's column, and LO_NAME_SIZE.</summary>
    public const int MaxFilename = 64;

    private static readonly string[] Reserved = ["etc", "logs", "run", "tmp", "vassals"];

    public static string Check(string field, string? path, int max) => Problem(path, max) is { } problem ? throw Fault.Invalid(field, problem) : path!;

    /// <summary>What is wrong with it, or null.</summary>
    public static string? Problem(string? path, int max) => path switch
    {
        null or "" => "is empty",
        _ when path.Length > max => $"is longer than {max} characters",
        _ when !path.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '/' or '+' or '@' or '=' or ',') => "holds a character that is not safe in a path",
        _ when path[0] == '/' || path[^1] == '/' => "begins or ends with /",
        _ when path.Contains("..", StringComparison.Ordinal) || path.Contains("./", StringComparison.Ordinal) || path.Contains("/.", StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal) || path == "." => "is no plain path",
        _ when Reserved.Contains(path.Split('/')[0]) => "is a folder of the container's own",
        _ => null,
    };
}
