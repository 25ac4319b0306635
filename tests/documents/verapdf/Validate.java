import java.io.FileInputStream;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validate.java FLAVOUR FILE: prints "compliant", or one line a broken clause and ends with 1. */
public class Validate {
    public static void main(String[] args) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(args[0]);
        ValidationResult result;
        try (FileInputStream file = new FileInputStream(args[1]);
                PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            result = validator.validate(parser);
        }
        for (TestAssertion broken : result.getTestAssertions()) {
            System.out.println(broken.getRuleId().getClause() + "-" + broken.getRuleId().getTestNumber()
                    + " " + broken.getMessage() + " @ " + broken.getLocation().getContext());
        }
        System.out.println(result.isCompliant() ? "compliant" : "not compliant");
        System.exit(result.isCompliant() ? 0 : 1);
    }
}
