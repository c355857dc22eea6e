namespace UwsgiIt.Containerd.Hosting;

/// <summary>A section of the settings that finds its own faults.</summary>
internal interface IValidatedOptions
{
    static abstract string SectionName { get; }

    IEnumerable<OptionFault> Validate();
}
