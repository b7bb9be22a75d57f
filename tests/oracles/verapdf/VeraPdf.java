import java.io.FileInputStream;
import java.util.Set;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/** Prints a line for each file and flavour, parted by tabs: file, flavour, PASS or FAIL, and the rules that failed. */
public class VeraPdf {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String file : files) {
            for (PDFAFlavour flavour : new PDFAFlavour[] {PDFAFlavour.PDFUA_1, PDFAFlavour.PDFA_3_A}) {
                Set<String> failed = new TreeSet<>();
                try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
                        PDFAValidator validator =
                                Foundries.defaultInstance().createValidator(flavour, 5, false, false, false)) {
                    var result = validator.validate(parser);
                    for (TestAssertion each : result.getTestAssertions()) {
                        if (each.getStatus() == TestAssertion.Status.FAILED) {
                            failed.add(each.getRuleId().getClause() + " " + each.getMessage() + " at "
                                    + each.getLocation().getContext());
                        }
                    }
                    System.out.println(String.join("\t", file, flavour.getId(), result.isCompliant() ? "PASS" : "FAIL",
                            String.join(" | ", failed).replaceAll("\\s+", " ")));
                }
            }
        }
    }
}
