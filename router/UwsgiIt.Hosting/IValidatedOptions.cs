namespace UwsgiIt.Hosting;

/// <summary>A section of the configuration that can name its own faults. Defaults of a section are always free of faults.</summary>
public interface IValidatedOptions
{
    /// <summary>Name of the section in the program's settings, for example <c>Forwarding</c> for ForwardingOptions.</summary>
    static abstract string SectionName { get; }

    /// <summary>Every fault found, none when the section is good.</summary>
    IEnumerable<OptionFault> Validate();
}
