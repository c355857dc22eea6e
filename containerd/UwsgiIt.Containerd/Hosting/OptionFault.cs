namespace UwsgiIt.Containerd.Hosting;

/// <summary>A setting that cannot be: its name, what was written, why not, what to write instead.</summary>
internal sealed record OptionFault(string Setting, string? Value, string Problem, string Remedy)
{
    public override string ToString() => $"{Setting} '{Value}' {Problem}. {Remedy}.";
}
