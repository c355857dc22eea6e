namespace UwsgiIt.Hosting;

/// <summary>One fault of the configuration. All are gathered before any is reported.</summary>
/// <param name="Setting">Path of the setting, for example <c>Forwarding:ConnectTimeout</c>.</param>
/// <param name="Value">The value found, never a secret.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record OptionFault(string Setting, string? Value, string Problem, string Remedy)
{
    public override string ToString() => $"{Setting} = {Value ?? "(not set)"}: {Problem}. {Remedy}.";
}
