namespace UwsgiIt.Fuzz;

/// <summary>Every reader of bytes that strangers send, a file for each area. A new reader is one more line there.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new[] { ProtocolTargets.All, RouterTargets.All, ContainerdTargets.All, EmperorTargets.All, TuntapTargets.All, ApiTargets.All }
        .SelectMany(static area => area).ToDictionary();
}
