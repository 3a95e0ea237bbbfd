-- What the house decides and why, and what it keeps by law: no shop's session sees a row of it.
ALTER TABLE compliance_knowing_filedecision ENABLE ROW LEVEL SECURITY;
CREATE POLICY house_only ON compliance_knowing_filedecision USING (tillway_house());
ALTER TABLE compliance_knowing_legalhold ENABLE ROW LEVEL SECURITY;
CREATE POLICY house_only ON compliance_knowing_legalhold USING (tillway_house());
